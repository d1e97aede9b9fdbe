package io.anchorstream.service.pipeline;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.ServiceProcess;
import org.apache.kafka.clients.admin.MemberDescription;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** By what name the label role is a member of its group, and when it leaves it. */
class NamedMembersIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    @Test
    void theNameSaysWhereTheProcessIsHeardAndWhatItsTransactionsAre() throws Exception {
        RolesBench bench = new RolesBench(NamedMembersIT.class, 1, Map.of());
        ServiceProcess process = new ServiceProcess();
        try {
            bench.start(process, EnumSet.of(Role.LABEL), folder);
            String name = onlyMember(bench);

            assertThat(name).matches("anchorstream\\.[0-9a-f]{32}\\.\\d+-1");
            int port = Integer.parseInt(name.substring(name.lastIndexOf('.') + 1, name.lastIndexOf('-')));
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                    BufferedReader words = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                socket.setSoTimeout(5_000);
                assertThat(words.readLine()).isEqualTo("anchorstream " + name.substring(13, 45));
                assertThat(words.readLine()).startsWith("transactions " + bench.group(Role.LABEL) + "-");
                process.close();
                assertThat(words.readLine()).isEqualTo("bye");
            }
        } finally {
            process.close();
        }
        assertThat(members(bench)).isEmpty();
    }

    @Test
    void noneIsGivenWhereThePortIsSwitchedOff() throws Exception {
        RolesBench bench = new RolesBench(NamedMembersIT.class, 1, Map.of(Keys.PEERS_PORT.name(), "-1"));
        try (ServiceProcess process = new ServiceProcess()) {
            bench.start(process, EnumSet.of(Role.LABEL), folder);

            assertThat(onlyMember(bench)).isEmpty();
        }
    }

    @Test
    void membersThatTheUserNamesKeepTheirNamesAndStayForTheirReturn() throws Exception {
        RolesBench bench = new RolesBench(NamedMembersIT.class, 1, Map.of("streams.group.instance.id", "pod-0"));
        try (ServiceProcess process = new ServiceProcess()) {
            bench.start(process, EnumSet.of(Role.LABEL), folder);

            assertThat(onlyMember(bench)).isEqualTo("pod-0-1");
        }
        assertThat(members(bench)).hasSize(1);
    }

    private static String onlyMember(RolesBench bench) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(ExecutionException.class)
                .until(() -> members(bench).size() == 1);
        try {
            return members(bench).get(0).groupInstanceId().orElse("");
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<MemberDescription> members(RolesBench bench) throws ExecutionException, InterruptedException {
        return SharedKafka.members(bench.group(Role.LABEL));
    }
}
