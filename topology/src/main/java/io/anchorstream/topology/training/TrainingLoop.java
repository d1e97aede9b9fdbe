package io.anchorstream.topology.training;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.topology.pacing.Courtesy;
import io.anchorstream.topology.streams.FailureKind;
import io.anchorstream.topology.versions.TopicReader;
import io.anchorstream.topology.versions.VersionHistory;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The train role: a member of the trainers' consumer group on a thread of its own. The member that has the one partition
 * of {@code training.batches} trains; the others stand by and take over by themselves.
 *
 * <p>Exactly once: offsets count as consumed only in the transaction that publishes the version grown from them, and each
 * session begins at the checkpoint of the last committed version. The group is polled between any two steps, so a
 * rebalance waits for one step at most; batches polled ahead are decoded meanwhile.
 */
public final class TrainingLoop implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofSeconds(3);

    private final TrainingSettings settings;
    private final TrainingTopics topics;
    private final TrainingClients clients;
    private final ModelRuntime runtime;
    private final HoldoutScorer scorer;
    private final Executor beside;
    private final Courtesy courtesy;
    private final Clock clock;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile TrainingStatus status = TrainingStatus.INITIAL;
    private volatile @Nullable Throwable failure;

    /**
     * @param scorer its own executor runs the parts of a score
     * @param beside writes checkpoints and waits for scores while training goes on; {@code Runnable::run} to wait for them
     * @param courtesy lets new items pass between two steps
     */
    @SuppressWarnings("ThreadPriorityCheck") // correct without; the launcher lets the system honour it
    public TrainingLoop(
            TrainingSettings settings,
            TrainingTopics topics,
            TrainingClients clients,
            ModelRuntime runtime,
            HoldoutScorer scorer,
            Executor beside,
            Courtesy courtesy,
            Clock clock) {
        this.settings = settings;
        this.topics = topics;
        this.clients = clients;
        this.runtime = runtime;
        this.scorer = scorer;
        this.beside = beside;
        this.courtesy = courtesy;
        this.clock = clock;
        this.thread = new Thread(this, "anchorstream-train");
        thread.setPriority(Thread.MIN_PRIORITY); // new items and searches go first on shared cores
    }

    public TrainingLoop start() {
        thread.start();
        return this;
    }

    /** What the loop is doing now. Safe to call from any thread. */
    public TrainingStatus status() {
        return status;
    }

    /** What ended the loop for good, an error of the virtual machine or of a library; empty while it goes on. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void run() {
        try {
            trainUntilClosed();
            status = status.in(TrainingStatus.Phase.CLOSED, status.note());
        } catch (Throwable e) {
            // A dead thread looks like an idle one: whoever watches must be told.
            LOG.error("training ended; only a restart of the program begins it again", e);
            status = status.in(TrainingStatus.Phase.FAILED, e.toString());
            failure = e;
        }
    }

    private void trainUntilClosed() {
        while (!isClosing()) {
            try (Membership membership = new Membership(clients.member())) {
                membership.work();
            } catch (ProducerFencedException | InvalidProducerEpochException | CommitFailedException e) {
                LOG.warn("another trainer has taken over; standing by");
                status = status.in(TrainingStatus.Phase.STANDBY, "fenced by another trainer");
            } catch (WakeupException | InterruptException e) {
                LOG.debug("woken up", e);
            } catch (RuntimeException | IOException e) {
                if (isClosing()) { // what fails because the rest is being stopped is no news
                    LOG.debug("closing", e);
                    return;
                }
                LOG.error("training stopped; beginning again from the last committed version in {}", RETRY, e);
                status = status.in(TrainingStatus.Phase.FAILED, String.valueOf(e.getMessage()));
                pause();
            }
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void pause() {
        try {
            if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closing");
            }
        } catch (InterruptedException e) {
            LOG.debug("closing", e);
        }
    }

    /** Finishes the step under way and leaves the group; what was not committed is replayed by the next trainer. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One stay in the consumer group. */
    private final class Membership implements ConsumerRebalanceListener, AutoCloseable {
        private final Consumer<String, byte[]> consumer;
        private final Deserializer<MiniBatch> deserializer = topics.batchSerde().deserializer();
        private final Deque<Waiting> queue = new ArrayDeque<>();
        private boolean assigned;
        private @Nullable TrainingSession session;

        private record Waiting(TopicPartition partition, long offset, TrainingBatch batch) {}

        Membership(Consumer<String, byte[]> consumer) {
            this.consumer = consumer;
            consumer.subscribe(List.of(topics.batches()), this);
        }

        void work() throws IOException {
            while (!isClosing()) {
                boolean nothingToDo = queue.isEmpty() || (session != null && session.paused());
                Iterable<ConsumerRecord<String, byte[]>> records = consumer.poll(nothingToDo ? POLL : Duration.ZERO);
                if (!assigned) {
                    continue;
                }
                TrainingSession active = session;
                if (active == null) {
                    session = open(); // records polled before the seek to the checkpoint are dropped
                    continue;
                }
                take(records, active);
                active.idle();
                Waiting first = active.paused() ? null : queue.pollFirst();
                if (first != null) {
                    long began = System.nanoTime();
                    active.train(first.partition(), first.offset(), first.batch());
                    letNewItemsPass(Duration.ofNanos(System.nanoTime() - began));
                }
                throttle(active);
            }
        }

        private void letNewItemsPass(Duration worked) {
            try {
                courtesy.yieldAfter(worked, closing);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }

        private void take(Iterable<ConsumerRecord<String, byte[]>> records, TrainingSession active) {
            for (ConsumerRecord<String, byte[]> record : records) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                try {
                    TrainingBatch batch =
                            Batches.of(deserializer.deserialize(record.topic(), record.headers(), record.value()));
                    queue.addLast(new Waiting(partition, record.offset(), batch));
                    active.prefetch(batch);
                } catch (SerializationException | IllegalArgumentException e) {
                    if (FailureKind.of(e) == FailureKind.SURROUNDINGS) {
                        throw e; // the registry is away: the batch is sound, and is to be trained on
                    }
                    active.skipUnreadable(partition, record.offset(), String.valueOf(e.getMessage()));
                }
            }
        }

        private void throttle(TrainingSession active) {
            if (active.paused() || queue.size() >= settings.queue()) {
                consumer.pause(consumer.assignment());
            } else {
                consumer.resume(consumer.paused());
            }
        }

        private TrainingSession open() throws IOException {
            status = status.in(TrainingStatus.Phase.RESTORING, status.note());
            List<AutoCloseable> opened = new ArrayList<>();
            try {
                VersionPublisher publisher = new VersionPublisher(clients.transactional(), topics.model());
                opened.add(publisher);
                SessionReaders readers = new SessionReaders(topics, clients, clock);
                VersionHistory history = readers.history(TrainingLoop.this::isClosing);
                CheckpointStore checkpoints = new CheckpointStore(settings.checkpoints(), settings.keepCheckpoints());
                Lineage lineage = new Lineage(
                        runtime,
                        settings.model(),
                        checkpoints,
                        readers::publishedCheckpoint,
                        readers::weights,
                        settings.startOver());
                Lineage.Origin origin = lineage.restore(history);
                opened.add(origin.trainer());
                TopicReader<HoldoutItem> examples = readers.of(topics.holdout(), topics.holdoutSerde());
                opened.add(examples);
                HoldoutFeed holdout = new HoldoutFeed(
                        examples,
                        readers.of(topics.aliases(), topics.aliasSerde()),
                        new HoldoutSet(settings.holdoutItems()),
                        clock);
                opened.add(holdout);
                CommandFeed commands =
                        new CommandFeed(readers.of(topics.commands(), topics.commandSerde()), history.commandOffset());
                opened.add(commands);
                Jury jury = new Jury(
                        runtime,
                        new PromotionGate(settings.gate()),
                        new Scoreboard(scorer, settings.holdoutGrowth()),
                        holdout,
                        readers::weights);
                opened.add(jury);
                TrainingSession opening = new TrainingSession(
                        settings,
                        runtime,
                        clock,
                        new TrainingSession.Parts(
                                history,
                                publisher,
                                new StepLog(clients.idempotent(), topics, clock),
                                checkpoints,
                                lineage,
                                origin,
                                holdout,
                                commands,
                                jury),
                        new SideWork(beside),
                        consumer::groupMetadata,
                        next -> status = next);
                opened.clear();
                opened.add(opening);
                opening.begin(seek(origin));
                opened.clear();
                return opening;
            } finally {
                closeAll(opened);
            }
        }

        private Map<TopicPartition, Long> seek(Lineage.Origin origin) {
            Set<TopicPartition> partitions = consumer.assignment();
            Map<TopicPartition, Long> beginning = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> start = new HashMap<>();
            for (TopicPartition partition : partitions) {
                long first = beginning.getOrDefault(partition, 0L);
                long wanted = origin.offsets().getOrDefault(partition, first);
                if (wanted < first) {
                    LOG.error(
                            "{}: the checkpoint goes on at offset {}, but the log begins at {} now: {} records are"
                                    + " lost to training. Keep training.batches longer",
                            partition,
                            wanted,
                            first,
                            first - wanted);
                }
                start.put(partition, Math.max(wanted, first));
                consumer.seek(partition, start.get(partition));
            }
            return start;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                assigned = true;
                LOG.info("this trainer is the active one");
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                assigned = false;
                queue.clear();
                closeSession();
                status = status.in(TrainingStatus.Phase.STANDBY, "another trainer is active");
                LOG.info("this trainer stands by");
            }
        }

        private void closeSession() {
            if (session != null) {
                session.close();
                session = null;
            }
        }

        private void closeAll(List<AutoCloseable> resources) {
            for (AutoCloseable resource : resources) {
                try {
                    resource.close();
                } catch (Exception e) {
                    LOG.warn("closing {} failed", resource, e);
                }
            }
        }

        @Override
        public void close() {
            try {
                closeSession();
            } finally {
                consumer.close(clients.parting());
            }
        }
    }
}
