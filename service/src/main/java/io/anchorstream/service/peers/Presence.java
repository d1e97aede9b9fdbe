package io.anchorstream.service.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where others hear that this process lives: each connection gets its name, the transactional ids that it uses, and
 * {@code bye} when it ends in good order. A connection that closes without is a death. Whoever says something is no peer.
 */
final class Presence implements AutoCloseable {
    static final String GREETING = "anchorstream ";
    static final String TRANSACTIONS = "transactions ";
    static final String BYE = "bye";
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    /** Far more than there are instances: whoever opens connections for nothing must not use up the process's files. */
    private static final int MOST_LISTENERS = 512;

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ServerSocketChannel server;
    private final PeerName name;
    private final List<SocketChannel> listeners = new ArrayList<>();
    private final Set<String> transactionalIds = new LinkedHashSet<>();
    private boolean warned;

    private Presence(ServerSocketChannel server, PeerName name) {
        this.server = server;
        this.name = name;
    }

    /**
     * Begins to listen.
     *
     * @param port 0 picks a free one
     * @throws IllegalStateException if the host is not of this machine, or the port is taken; the message says what to do
     */
    static Presence open(String host, int port) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open();
            try {
                server.bind(local(host, port));
                int bound = ((InetSocketAddress) server.getLocalAddress()).getPort();
                String incarnation = UUID.randomUUID().toString().replace("-", "");
                Presence presence = new Presence(server, new PeerName(incarnation, bound));
                Thread thread = new Thread(presence::accept, "anchorstream-presence");
                thread.setDaemon(true);
                thread.start();
                return presence;
            } catch (IOException | RuntimeException e) {
                server.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "port " + port + " on " + host + " can't be listened on (" + e.getMessage()
                            + "): choose another one with peers.port, 0 for a free one, -1 for none",
                    e);
        }
    }

    private static InetSocketAddress local(String host, int port) throws SocketException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        InetAddress ip = address.getAddress();
        if (ip == null || !(ip.isAnyLocalAddress() || NetworkInterface.getByInetAddress(ip) != null)) {
            throw new IllegalStateException(
                    "peers can't connect to '" + host + "', which "
                            + (ip == null ? "is no known host" : "is not an address of this machine")
                            + ": choose an address of it with peers.host, 0.0.0.0 for all (empty = http.host), or peers.port=-1 for none");
        }
        return address;
    }

    PeerName name() {
        return name;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                greet(server.accept());
            } catch (IOException e) {
                LOG.debug("a connection of a peer failed", e);
                LockSupport.parkNanos(PAUSE.toNanos()); // such as for want of files
            }
        }
    }

    private synchronized void greet(SocketChannel listener) throws IOException {
        listener.configureBlocking(false);
        listener.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        listeners.removeIf(Presence::hasLeft);
        boolean full = listeners.size() >= MOST_LISTENERS;
        if (full && !warned) {
            warned = true;
            LOG.warn(
                    "{} others listen to this instance at peers.port {}, more are turned away: it should be open to"
                            + " instances only",
                    MOST_LISTENERS,
                    name.port());
        }
        if (full || !server.isOpen()) {
            listener.close();
            return;
        }
        listeners.add(listener);
        tell(listener, GREETING + name.incarnation());
        for (String id : transactionalIds) {
            tell(listener, TRANSACTIONS + id);
        }
    }

    /** Tells all others of a transactional id that this process is about to use. */
    synchronized void announce(String transactionalId) {
        if (transactionalIds.add(transactionalId)) {
            tellAll(TRANSACTIONS + transactionalId);
        }
    }

    private void tellAll(String line) {
        for (SocketChannel listener : List.copyOf(listeners)) {
            tell(listener, line);
        }
    }

    /** Whoever does not take a line of this size is not listening. */
    private void tell(SocketChannel listener, String line) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            if (listener.write(bytes) > 0 && !bytes.hasRemaining()) {
                return;
            }
        } catch (IOException e) {
            LOG.debug("a peer is gone", e);
        }
        listeners.remove(listener);
        close(List.of(listener));
    }

    private static boolean hasLeft(SocketChannel listener) {
        try {
            if (listener.read(ByteBuffer.allocate(1)) == 0) {
                return false;
            }
        } catch (IOException e) {
            LOG.debug("a peer is gone", e);
        }
        close(List.of(listener));
        return true;
    }

    /** Says goodbye. */
    @Override
    public synchronized void close() {
        tellAll(BYE);
        vanish();
    }

    /** Ends as a process that is killed does. */
    synchronized void vanish() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("closing the port failed", e);
        }
        close(listeners);
        listeners.clear();
    }

    private static void close(Collection<SocketChannel> channels) {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("closing a connection failed", e);
            }
        }
    }
}
