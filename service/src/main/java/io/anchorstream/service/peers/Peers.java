package io.anchorstream.service.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the other processes of this one's groups, and takes those that die out of them at once instead of after a session
 * time-out; lets them watch this one. The groups are the directory: nothing has to be configured or found. Safe for use by
 * several threads.
 */
public final class Peers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final Duration LOOK = Duration.ofSeconds(2);
    /** The brokers need some 10 s to replace one of them, and a session of a member is 6 s. */
    private static final Duration SETTLING = Duration.ofSeconds(20);

    private final Presence presence;
    private final Estate estate;
    private final Map<PeerName, PeerWatch> watches = new ConcurrentHashMap<>();
    private final Set<PeerName> unheard = new HashSet<>();
    private final AtomicLong deaths = new AtomicLong();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "anchorstream-peers");
        thread.setDaemon(true);
        return thread;
    });

    private Peers(Presence presence, Estate estate) {
        this.presence = presence;
        this.estate = estate;
    }

    /**
     * Begins to listen and to look for others.
     *
     * @param host where others may connect
     * @param port 0 picks a free one
     * @param admin closed with this
     * @param groups that this process joins, by {@link #member}
     * @throws IllegalStateException if the host is not of this machine, or the port is taken; the message says what to do
     */
    public static Peers start(String host, int port, Admin admin, Set<String> groups) {
        Peers peers = new Peers(Presence.open(host, port), new Estate(admin, Set.copyOf(groups)));
        peers.threads.execute(peers::look);
        return peers;
    }

    /** The {@code group.instance.id} by which others find this process. */
    public String member() {
        return presence.name().text();
    }

    /** Clients of a Streams application whose transactions others may end. */
    public KafkaClientSupplier clients() {
        return new AnnouncingClients(presence::announce);
    }

    /** Processes that are listened to now. */
    public long watched() {
        return watches.values().stream().filter(PeerWatch::met).count();
    }

    /** Processes that died while they were listened to, and left nothing behind after that. */
    public long deaths() {
        return deaths.get();
    }

    Presence presence() {
        return presence;
    }

    private void look() {
        Set<PeerName> listed = Set.of();
        boolean warned = false;
        try {
            do {
                try {
                    listed = look(listed);
                } catch (RuntimeException e) {
                    if (!warned && closing.getCount() > 0) {
                        LOG.warn("the other instances can't be looked for; it is tried again every {}", LOOK, e);
                        warned = true;
                    }
                }
            } while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("closing", e);
        }
    }

    /** Returns the others that are listed now. */
    private Set<PeerName> look(Set<PeerName> before) throws InterruptedException {
        Estate.Listing listing = estate.members();
        Map<PeerName, String> hosts = new HashMap<>();
        for (Estate.Member member : listing.members()) {
            PeerName.of(member.groupInstanceId()).ifPresent(name -> hosts.put(name, member.host()));
        }
        hosts.remove(presence.name());
        hosts.forEach((name, host) -> watches.computeIfAbsent(name, it -> watch(it, host)));
        Set<PeerName> listed = new HashSet<>(hosts.keySet());
        if (!listing.complete()) {
            LOG.debug("groups can't be looked at: {}", listing.unknown()); // such as while the broker is away
            listed.addAll(before);
        }
        watches.forEach((name, watch) -> {
            // Not listed twice: its machine may have vanished without a word. Or close() has been through already.
            if (closing.getCount() == 0 || !(listed.contains(name) || before.contains(name))) {
                close(watch);
            }
        });
        return listed;
    }

    private PeerWatch watch(PeerName name, String host) {
        PeerWatch watch = new PeerWatch(name, host, LOOK);
        threads.execute(() -> follow(name, watch));
        return watch;
    }

    private void follow(PeerName name, PeerWatch watch) {
        try {
            PeerWatch.Ending ending = watch.follow();
            if (ending == PeerWatch.Ending.DIED) {
                settle(name, watch);
            } else if (ending == PeerWatch.Ending.UNKNOWN && !watch.met() && !watch.closed() && isNew(name)) {
                LOG.info(
                        "the instance at {} can't be heard from here: should it be killed, its work waits until its"
                                + " session ends (peers.host, peers.port)",
                        watch.address());
            }
        } catch (InterruptedException e) {
            LOG.debug("closing", e);
        } catch (RuntimeException e) {
            LOG.warn("what {} leaves behind waits for its time-outs", name.text(), e);
        } finally {
            watches.remove(name, watch);
        }
    }

    private boolean isNew(PeerName name) {
        synchronized (unheard) {
            return unheard.add(name);
        }
    }

    private void settle(PeerName name, PeerWatch watch) throws InterruptedException {
        long began = System.nanoTime();
        Estate.Settlement settlement = estate.settle(name, watch.transactionalIds(), SETTLING);
        if (settlement.complete()) {
            deaths.incrementAndGet();
            LOG.warn(
                    "the instance at {} died: {} memberships and {} transactional ids of it were ended in {} ms",
                    watch.address(),
                    settlement.memberships(),
                    settlement.transactionalIds(),
                    (System.nanoTime() - began) / 1_000_000);
        } else {
            LOG.warn(
                    "the instance at {} died: {} memberships and {} transactional ids of it were ended, the rest waits for"
                            + " its time-outs: {}",
                    watch.address(),
                    settlement.memberships(),
                    settlement.transactionalIds(),
                    settlement.failures());
        }
    }

    /** Says goodbye to the others; to be called once this process has left its groups. */
    @Override
    public void close() {
        closing.countDown();
        presence.close();
        watches.values().forEach(Peers::close);
        threads.shutdownNow();
        estate.admin().close(Duration.ZERO);
    }

    private static void close(PeerWatch watch) {
        try {
            watch.close();
        } catch (IOException e) {
            LOG.debug("closing a connection failed", e);
        }
    }
}
