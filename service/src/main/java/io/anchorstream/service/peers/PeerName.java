package io.anchorstream.service.peers;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One process from its start to its end. Its text is the process's {@code group.instance.id} (KIP-345), so that a group's
 * members say where each can be heard: the host is the one the broker sees, the port is here.
 *
 * @param incarnation letters and digits that no other process has, nor the same one after a restart
 */
record PeerName(String incarnation, int port) {
    private static final int LAST_PORT = 65_535;
    // Kafka Streams appends the number of the thread.
    private static final Pattern TEXT = Pattern.compile("anchorstream\\.([0-9a-f]{32})\\.(\\d{1,5})(-\\d+)?");

    /** The process behind a member; empty where its name is not of this kind. */
    static Optional<PeerName> of(String groupInstanceId) {
        Matcher matcher = TEXT.matcher(groupInstanceId);
        return matcher.matches()
                ? Optional.of(new PeerName(matcher.group(1), Integer.parseInt(matcher.group(2))))
                        .filter(name -> name.port() <= LAST_PORT)
                : Optional.empty();
    }

    /** As {@code group.instance.id}. */
    String text() {
        return "anchorstream." + incarnation + "." + port;
    }
}
