package io.anchorstream.service.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PeerWatchTest {
    private static final String HOST = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofMillis(200);
    private static final String INCARNATION = "0123456789abcdef0123456789abcdef";

    @Test
    void aProcessIsFoundByTheNameOfItsMembers() {
        PeerName name = new PeerName(INCARNATION, 4711);

        assertThat(PeerName.of(name.text())).contains(name);
        assertThat(PeerName.of(name.text() + "-2"))
                .as("its second stream thread")
                .contains(name);
        assertThat(PeerName.of(new PeerName(INCARNATION, 65_536).text())).isEmpty();
        assertThat(PeerName.of("shop-label-0")).as("a member that a user names").isEmpty();
    }

    @Test
    void aProcessThatSaysGoodbyeHasLeft() {
        Presence presence = Presence.open(HOST, 0);
        PeerWatch watch = watch(presence.name());
        CompletableFuture<PeerWatch.Ending> ending = follow(watch);
        Awaitility.await().until(watch::met);

        presence.close();

        assertThat(ending).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.LEFT);
    }

    @Test
    void aProcessThatVanishesIsDeadAndItsTransactionsAreKnown() {
        Presence presence = Presence.open(HOST, 0);
        presence.announce("early");
        PeerWatch watch = watch(presence.name());
        CompletableFuture<PeerWatch.Ending> ending = follow(watch);
        Awaitility.await().until(watch::met);
        presence.announce("late");

        presence.vanish();

        assertThat(ending).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.DIED);
        assertThat(watch.transactionalIds()).containsExactly("early", "late");
    }

    @Test
    void aPortThatAnotherProcessTookSinceIsADeathToo() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<PeerWatch.Ending> ending =
                    follow(watch(new PeerName(INCARNATION, server.getLocalPort())));
            say(server, Presence.GREETING + INCARNATION + "\n");
            say(server, Presence.GREETING + "f".repeat(32) + "\n");
            say(server, Presence.GREETING + "f".repeat(32) + "\n");

            assertThat(ending).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.DIED);
        }
    }

    @Test
    void oneThatAnswersAfterItSeemedGoneIsNotDead() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<PeerWatch.Ending> ending =
                    follow(watch(new PeerName(INCARNATION, server.getLocalPort())));
            say(server, Presence.GREETING + INCARNATION + "\n");
            say(server, Presence.GREETING + "f".repeat(32) + "\n");
            say(server, Presence.GREETING + INCARNATION + "\n" + Presence.BYE + "\n");

            assertThat(ending).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.LEFT);
        }
    }

    @Test
    void whoWasNeverHeardIsNotTakenForDead() {
        Presence presence = Presence.open(HOST, 0);
        presence.close();

        assertThat(follow(watch(presence.name())))
                .succeedsWithin(5, TimeUnit.SECONDS)
                .isEqualTo(PeerWatch.Ending.UNKNOWN);
    }

    @Test
    void aConnectionThatBreaksIsNoDeathWhileTheProcessAnswers() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            PeerWatch watch = watch(new PeerName(INCARNATION, server.getLocalPort()));
            CompletableFuture<PeerWatch.Ending> ending = follow(watch);
            say(server, Presence.GREETING + INCARNATION + "\n");
            say(server, Presence.GREETING + INCARNATION + "\n");
            say(server, Presence.GREETING + INCARNATION + "\n" + Presence.BYE + "\n");

            assertThat(ending).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.LEFT);
        }
    }

    @Test
    void aProcessThatHangsIsNotTakenForDead() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PeerWatch watch = watch(new PeerName(INCARNATION, server.getLocalPort()));
            CompletableFuture<PeerWatch.Ending> ending = follow(watch);
            say(server, Presence.GREETING + INCARNATION + "\n");

            // The system still takes connections; nobody answers on them.
            assertThat(ending).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.UNKNOWN);
            assertThat(watch.met()).isTrue();
        }
    }

    @Test
    void whatNeverEndsIsNotReadToItsEnd() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<PeerWatch.Ending> ending =
                    follow(watch(new PeerName(INCARNATION, server.getLocalPort())));
            say(server, "x".repeat(100_000));

            assertThat(ending).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.UNKNOWN);
        }
    }

    @Test
    void aWatchThatIsClosedEndsWithoutADeath() throws Exception {
        try (Presence presence = Presence.open(HOST, 0)) {
            PeerWatch watch = watch(presence.name());
            CompletableFuture<PeerWatch.Ending> ending = follow(watch);
            Awaitility.await().until(watch::met);

            watch.close();

            assertThat(ending).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PeerWatch.Ending.UNKNOWN);
        }
    }

    private static PeerWatch watch(PeerName name) {
        return new PeerWatch(name, HOST, PATIENCE);
    }

    private static CompletableFuture<PeerWatch.Ending> follow(PeerWatch watch) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return watch.follow();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Answers one call and hangs up. */
    private static void say(ServerSocket server, String words) throws IOException {
        try (Socket call = server.accept()) {
            call.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
        }
    }
}
