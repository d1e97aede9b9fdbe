package io.anchorstream.service.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.doctor.Finding.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class DoctorTest {
    @Test
    void findsTheNativesOfThisMachineInOrder(@TempDir Path folder) {
        List<Finding> findings = new Machine(folder, "cpu", 1).look();

        assertThat(findings).extracting(Finding::check).containsExactly("java", "rocksdb", "pytorch", "device", "disk");
        assertThat(findings).allSatisfy(finding -> assertThat(finding.verdict()).isNotEqualTo(Verdict.FAULT));
        assertThat(findings.get(2).detail()).containsPattern("\\d+\\.\\d+");
    }

    @Test
    void saysHowToMendAMissingGpuOnlyWhereOneIsWanted() {
        assertThat(Machine.gpu(0, "auto", false).verdict()).isEqualTo(Verdict.OK);
        assertThat(Machine.gpu(0, "auto", true)).satisfies(found -> {
            assertThat(found.verdict()).isEqualTo(Verdict.WARNING);
            assertThat(found.fix()).contains("-Pgpu", "CUDA runtime");
        });
        assertThat(Machine.gpu(0, "gpu", false).verdict()).isEqualTo(Verdict.FAULT);
        assertThat(Machine.gpu(2, "auto", true).verdict()).isEqualTo(Verdict.OK);
        assertThat(Machine.gpu(1, "cpu", true).verdict()).isEqualTo(Verdict.WARNING);
    }

    @Test
    void findsAFolderThatCannotBeWrittenToAndADiskThatIsFull(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(new Machine(file.resolve("data"), "cpu", 1).look()).last().satisfies(found -> {
            assertThat(found.verdict()).isEqualTo(Verdict.FAULT);
            assertThat(found.fix()).contains("data.folder");
        });
        assertThat(Machine.disk(folder, 100L << 20).verdict()).isEqualTo(Verdict.FAULT);
        assertThat(Machine.disk(folder, 2L << 30).verdict()).isEqualTo(Verdict.WARNING);
        assertThat(Machine.disk(folder, 20L << 30).verdict()).isEqualTo(Verdict.OK);
    }

    @Test
    void refusesAnOldJava() {
        assertThat(Machine.java(11).fix()).contains("JAVA_HOME");
    }

    @Test
    void namesTheBrokerAndTheRegistryThatDoNotAnswer() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        Map<String, String> values = Map.of(
                "kafka.bootstrap.servers", "127.0.0.1:" + closed,
                "registry.schema.registry.url", "http://127.0.0.1:" + closed,
                "registry.max.retries", "0");
        Settings settings = Settings.resolve(Keys.all(), List.of(new Settings.Layer("--set", values)));

        List<Finding> findings = new Surroundings(settings).look();

        assertThat(findings)
                .extracting(Finding::check, Finding::verdict)
                .containsExactly(
                        tuple("broker", Verdict.FAULT),
                        tuple("registry", Verdict.FAULT),
                        tuple("topics", Verdict.SKIPPED),
                        tuple("schemas", Verdict.SKIPPED));
        assertThat(findings.get(0).detail()).contains("127.0.0.1:" + closed);
        assertThat(findings.get(0).fix()).contains("kafka.security.protocol");
    }
}
