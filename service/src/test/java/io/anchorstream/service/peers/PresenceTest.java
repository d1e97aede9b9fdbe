package io.anchorstream.service.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PresenceTest {
    private static final String HOST = "127.0.0.1";

    @Test
    void thoseWhoSayAnythingDoNotShutPeersOut() throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try (Presence presence = Presence.open(HOST, 0)) {
            for (int i = 0; i < 512; i++) {
                Socket stranger = connect(presence);
                strangers.add(stranger);
                assertThat(stranger.getInputStream().read()).as("greeted").isPositive();
                stranger.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.UTF_8));
            }

            Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
                try (Socket peer = connect(presence)) {
                    return peer.getInputStream().read() > 0;
                }
            });
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void aHostThatIsNotOfThisMachineIsRefusedByTheKeyThatSetIt() {
        assertThatThrownBy(() -> Presence.open("nowhere.invalid", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("'nowhere.invalid', which is no known host", "peers.host");
        assertThatThrownBy(() -> Presence.open("192.0.2.1", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("'192.0.2.1', which is not an address of this machine", "peers.host");
    }

    @Test
    void aPortThatIsTakenIsRefusedByTheKeyThatSetIt() {
        try (Presence presence = Presence.open(HOST, 0)) {
            int port = presence.name().port();
            assertThatThrownBy(() -> Presence.open(HOST, port))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("port " + port, "peers.port");
        }
    }

    private static Socket connect(Presence presence) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), presence.name().port());
    }
}
