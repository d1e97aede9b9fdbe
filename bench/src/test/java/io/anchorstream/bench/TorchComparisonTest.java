package io.anchorstream.bench;

import java.io.PrintWriter;
import java.io.StringWriter;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TorchComparisonTest {
    @Test
    void aPythonWithoutTorchIsNamedInOneLineWithTheWayOut() {
        StringWriter errors = new StringWriter();
        int code = Bench.commandLine()
                .setErr(new PrintWriter(errors, true))
                .execute("torch", "--script", "torch_loop.py", "--python", "false", "--python", "no-such-python");

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString().strip())
                .isEqualTo("no torch for false or no-such-python; install it (apt-get install python3-torch) or name a"
                        + " Python that has it by --python");
    }
}
