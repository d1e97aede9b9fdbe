package io.anchorstream.service.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Choice of local ports: the one that was asked for, else the one used last time (so that clients outside keep working
 * over a restart), else any free one.
 */
final class LocalPort {

    private LocalPort() {}

    /** Thrown when a port that was asked for is in use. */
    static final class TakenException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        TakenException(String what, int port, String option) {
            super("Port " + port + " for " + what + " is taken by another process. Stop that process, choose another"
                    + " port with " + option + " N, or let one be chosen with " + option + " 0.");
        }
    }

    /**
     * @param asked the port wanted, 0 for any
     * @param memory file that remembers the choice
     * @param what names the server in the error
     * @param option the command line option that changes the port
     */
    static int resolve(int asked, Path memory, String what, String option) throws IOException {
        if (asked < 0 || asked > 65535) {
            throw new IllegalArgumentException(
                    "A port is 1 to 65535, or 0 for any free one; " + option + " was given " + asked + ".");
        }
        int port;
        if (asked > 0) {
            if (!free(asked)) {
                throw new TakenException(what, asked, option);
            }
            port = asked;
        } else {
            int remembered = read(memory);
            port = remembered > 0 && free(remembered) ? remembered : any();
        }
        Files.createDirectories(memory.toAbsolutePath().getParent());
        Files.writeString(memory, Integer.toString(port));
        return port;
    }

    /** The port chosen last, or empty when there is no memory of one. */
    static Optional<Integer> last(Path memory) {
        try {
            int port = read(memory);
            return port > 0 ? Optional.of(port) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + memory, e);
        }
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // As servers do: sockets of the last run that linger in TIME_WAIT don't count as taken.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int any() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int read(Path memory) throws IOException {
        if (!Files.exists(memory)) {
            return 0;
        }
        String text = Files.readString(memory).strip();
        return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    }
}
