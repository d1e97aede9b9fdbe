package io.anchorstream.bench;

import java.util.Arrays;

import io.anchorstream.bench.chaos.ChaosCommand;
import org.openjdk.jmh.Main;
import picocli.CommandLine;

/** {@code ./anchorstream bench}: side-by-side runs, JMH with {@code bench jmh}, crash tests with {@code bench chaos}. */
public final class Bench {
    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("jmh")) {
            Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        System.exit(commandLine().execute(arguments));
    }

    /** All but {@code jmh}, whose arguments are JMH's own. */
    static CommandLine commandLine() {
        return new CommandLine(new SideBySide())
                .addSubcommand(new ChaosCommand())
                .addSubcommand(new LossTimes())
                .addSubcommand(new TorchComparison())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }
}
