package io.anchorstream.service.peers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to one other process until it ends, on the caller's thread. A death is a connection that was greeted and closed
 * without a goodbye, and after it, twice, nobody of that name at the address: one that hangs, or that cannot be reached any
 * more, may live.
 */
final class PeerWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerWatch.class);
    private static final Duration RETRY = Duration.ofMillis(200);
    /** Between the two refusals that make a death. */
    private static final Duration DOUBT = Duration.ofMillis(100);

    private static final int TRIES = 10;
    private static final int LONGEST_LINE = 1024;
    private static final int MOST_TRANSACTIONS = 1024;

    /** How it ended. */
    enum Ending {
        /** It said goodbye. */
        LEFT,
        /** It is gone without one. */
        DIED,
        /** It was never heard, or no more and may live. */
        UNKNOWN
    }

    private enum Call {
        GOODBYE,
        NOBODY,
        SILENCE,
        LOST
    }

    private final PeerName name;
    private final InetSocketAddress address;
    private final Duration patience;
    private final Set<String> transactionalIds = new LinkedHashSet<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean met;
    private volatile Socket socket = new Socket();

    /** @param patience how long to wait for a connection, and for the greeting */
    PeerWatch(PeerName name, String host, Duration patience) {
        this.name = name;
        this.patience = patience;
        this.address = new InetSocketAddress(host, name.port());
    }

    /** True once the process has greeted. */
    boolean met() {
        return met;
    }

    boolean closed() {
        return closing.getCount() == 0;
    }

    InetSocketAddress address() {
        return address;
    }

    /** The ids that it has announced; complete once {@link #follow} has returned. */
    Set<String> transactionalIds() {
        return transactionalIds;
    }

    Ending follow() throws InterruptedException {
        boolean doubted = false;
        for (int tries = 0; tries < TRIES && !closed(); tries++) {
            long began = System.nanoTime();
            Call call = call();
            switch (call) {
                case GOODBYE -> {
                    return Ending.LEFT;
                }
                case NOBODY -> {
                    if (!met || doubted) {
                        return met && !closed() ? Ending.DIED : Ending.UNKNOWN;
                    }
                }
                case LOST -> {
                    doubted = false;
                    if (System.nanoTime() - began > patience.toNanos()) {
                        tries = -1; // it was fine until now: ask again at once
                        continue;
                    }
                }
                case SILENCE -> LOG.debug("{} at {} does not answer", name, address);
            }
            doubted = call == Call.NOBODY;
            if (closing.await((doubted ? DOUBT : RETRY).toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closing");
            }
        }
        return Ending.UNKNOWN;
    }

    private Call call() {
        boolean greeted = false;
        try (Socket connection = new Socket()) {
            socket = connection;
            if (closed()) {
                return Call.SILENCE;
            }
            connection.connect(address, (int) patience.toMillis());
            connection.setSoTimeout((int) patience.toMillis());
            InputStream in = new BufferedInputStream(connection.getInputStream());
            String greeting = line(in);
            if (!greeting.equals(Presence.GREETING + name.incarnation())) {
                return greeting.isEmpty() ? Call.SILENCE : Call.NOBODY; // its port is somebody else's now
            }
            greeted = true;
            met = true;
            connection.setSoTimeout(0);
            connection.setKeepAlive(true); // a machine that loses its power says nothing
            return listen(in);
        } catch (ConnectException e) {
            return Call.NOBODY;
        } catch (IOException e) {
            LOG.debug("{} at {}", name, address, e);
            return greeted ? Call.LOST : Call.SILENCE;
        }
    }

    private Call listen(InputStream in) throws IOException {
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.equals(Presence.BYE)) {
                return Call.GOODBYE;
            }
            if (line.startsWith(Presence.TRANSACTIONS) && transactionalIds.size() < MOST_TRANSACTIONS) {
                transactionalIds.add(line.substring(Presence.TRANSACTIONS.length()));
            }
        }
        return Call.LOST;
    }

    /** The next line; empty at the end. */
    private static String line(InputStream in) throws IOException {
        byte[] bytes = new byte[LONGEST_LINE];
        int length = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return "";
            }
            if (length == LONGEST_LINE) {
                return "too long";
            }
            bytes[length++] = (byte) next;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Makes {@link #follow} return. */
    @Override
    public void close() throws IOException {
        closing.countDown();
        socket.close();
    }
}
