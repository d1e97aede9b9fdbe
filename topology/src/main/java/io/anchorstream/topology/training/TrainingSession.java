package io.anchorstream.topology.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.monitoring.LearningWatch;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.StepResult;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.topology.versions.CommandDesk;
import io.anchorstream.topology.versions.Events;
import io.anchorstream.topology.versions.VersionHistory;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The active trainer, from the moment the partition is assigned until it is lost: train, cut versions, obey commands.
 * Whatever goes wrong throws out of here; the next session begins from the last committed version. Owned by the loop's
 * thread.
 */
final class TrainingSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingSession.class);
    private static final Duration HOLDOUT_PATIENCE = Duration.ofSeconds(60);
    /** Retired versions that are still told of: every reader holds all of them. */
    private static final int MOST_RETIRED = 200;

    private final TrainingSettings settings;
    private final ModelRuntime runtime;
    private final Clock clock;
    private final VersionHistory history;
    private final VersionPublisher publisher;
    private final StepLog steps;
    private final CheckpointStore checkpoints;
    private final Lineage lineage;
    private final HoldoutFeed holdout;
    private final CommandFeed commands;
    private final Jury jury;
    private final Supplier<ConsumerGroupMetadata> group;
    private final Consumer<TrainingStatus> report;
    private final CommandDesk desk;
    private final SideWork beside;
    private final Map<TopicPartition, Long> next = new HashMap<>();

    private Trainer trainer;
    private long grownFrom;
    private long scoredAt;
    private long taken;
    private long skipped;
    private long unreadable;
    private long images;
    private double stepSeconds;
    private final DoubleAdder scoringSeconds = new DoubleAdder();
    private double publicationSeconds;
    private String note = "";

    /** What a session works with; all of it is closed with the session. */
    record Parts(
            VersionHistory history,
            VersionPublisher publisher,
            StepLog steps,
            CheckpointStore checkpoints,
            Lineage lineage,
            Lineage.Origin origin,
            HoldoutFeed holdout,
            CommandFeed commands,
            Jury jury) {}

    TrainingSession(
            TrainingSettings settings,
            ModelRuntime runtime,
            Clock clock,
            Parts parts,
            SideWork beside,
            Supplier<ConsumerGroupMetadata> group,
            Consumer<TrainingStatus> report) {
        this.settings = settings;
        this.beside = beside;
        this.desk = new CommandDesk(settings.rollbackPins());
        this.runtime = runtime;
        this.clock = clock;
        this.history = parts.history();
        this.publisher = parts.publisher();
        this.steps = parts.steps();
        this.checkpoints = parts.checkpoints();
        this.lineage = parts.lineage();
        this.holdout = parts.holdout();
        this.commands = parts.commands();
        this.jury = parts.jury();
        this.group = group;
        this.report = report;
        this.trainer = parts.origin().trainer();
        this.grownFrom = parts.origin().version();
        this.note = String.join("; ", parts.origin().problems());
        boolean scored = history.serving()
                .filter(serving -> !serving.getMetrics().isEmpty())
                .isPresent();
        // What was scored before a restart need not be scored again before training goes on.
        this.scoredAt = clock.millis() - (scored ? 0 : settings.rescoreEvery().toMillis());
    }

    /**
     * Publishes version 0 when there is none yet.
     *
     * @param start offsets that training goes on from
     */
    void begin(Map<TopicPartition, Long> start) throws IOException {
        next.putAll(start);
        if (history.newest().isEmpty()) {
            cutVersion();
        } else {
            LOG.info(
                    "training goes on from {} at step {}, {}",
                    grownFrom < 0 ? "a new network" : "version " + grownFrom,
                    trainer.step(),
                    next);
        }
        showStatus();
    }

    boolean paused() {
        return history.paused();
    }

    /** Announces a batch that will be trained on soon. */
    void prefetch(TrainingBatch batch) {
        trainer.prefetch(batch);
    }

    /**
     * A batch that cannot be read teaches nothing. Its offset counts as consumed with that of the next one trained on:
     * those polled before it wait for their training still.
     */
    void skipUnreadable(TopicPartition partition, long offset, String why) {
        unreadable++;
        LOG.warn("{}@{} cannot be read and is left out: {}", partition, offset, why);
    }

    /** Trains on the batch at this offset and cuts a version when enough steps were taken. */
    void train(TopicPartition partition, long offset, TrainingBatch batch) throws IOException {
        long begin = System.nanoTime();
        StepResult result = trainer.train(batch);
        double seconds = (System.nanoTime() - begin) / 1e9;
        next.put(partition, offset + 1);
        taken++;
        images += batch.examples().size();
        stepSeconds += seconds;
        long every = settings.stepsPerVersion();
        long stepsLeft = every - result.step() % every;
        steps.publish(result, grownFrom, batch.examples().size(), offset + 1, stepsLeft, seconds);
        if (result.skipped().isPresent()) {
            skipped++;
        }
        for (String alarm : LearningWatch.alarms(result.metrics())) {
            note = "alarm at step " + result.step() + ", " + alarm + ": " + LearningWatch.meaning(alarm);
            LOG.warn("{}", note);
        }
        if (trainer.restoreAdvised()) {
            returnToLastGood();
        } else if (trainer.step() % settings.stepsPerVersion() == 0) {
            cutVersion();
        }
        showStatus();
    }

    /** What is done between steps: hold-out, commands, a new score for the version in service. */
    void idle() throws IOException {
        beside.finishIfDone();
        holdout.poll(Duration.ZERO);
        for (CommandFeed.Order order : commands.poll()) {
            beside.finish(); // commands are answered by what is published
            CommandDesk.Answer answer =
                    desk.answer(history, order.command(), Lineage.byName(next), order.next(), clock.millis());
            commit(answer.events(), Optional.empty(), Optional.empty());
            note = answer.answer();
            if (answer.accepted() && order.command().getCommand() == CommandType.ROLLBACK) {
                returnToOrigin();
            }
            LOG.info("command {}: {}", order.command().getId(), answer.answer());
            showStatus();
        }
        Optional<ModelVersion> serving = history.serving();
        if (serving.isPresent()) {
            rescoreIfOutdated(serving.get());
        }
    }

    private void rescoreIfOutdated(ModelVersion serving) throws IOException {
        boolean quiet = holdout.quietFor(settings.holdoutQuiet());
        boolean waited = clock.millis() - scoredAt >= settings.rescoreEvery().toMillis();
        boolean never = serving.getMetrics().isEmpty();
        if (beside.isUnderWay() || !(quiet ? (never || waited) : waited) || !jury.outdated(serving)) {
            return;
        }
        Supplier<Jury.Verdict> scoring = timed(jury.rescoring(serving, history));
        beside.begin(() -> {
            Jury.Verdict verdict = scoring.get();
            return () -> restate(serving, verdict);
        });
    }

    private void restate(ModelVersion serving, Jury.Verdict verdict) {
        scoredAt = clock.millis();
        ModelVersion event = Events.restate(serving, clock.millis());
        event.setMetrics(verdict.metrics());
        event.setReference(verdict.reference());
        event.setBaselines(verdict.baselines());
        commit(List.of(event), Optional.empty(), Optional.empty());
        LOG.info(
                "version {} scored on {}: {}",
                serving.getVersion(),
                holdout.set().size(),
                verdict.metrics());
    }

    /** Cuts a version. It is written down and scored while training goes on from it, and then published. */
    private void cutVersion() throws IOException {
        beside.finish(); // versions are judged and published one after another
        long begin = System.nanoTime();
        ModelArtifact artifact = trainer.artifact();
        Optional<ModelVersion> twin = history.versions().stream()
                .filter(event -> event.getStep() == trainer.step())
                .filter(event -> Events.learnedDigest(event).equals(artifact.weightsDigest()))
                .findFirst();
        long version = twin.map(ModelVersion::getVersion).orElse(history.nextVersion());
        Candidate candidate = new Candidate(version, grownFrom, trainer.step(), artifact, Map.copyOf(next));
        Path path = checkpoints.fresh(version);
        CheckpointDirectory.Content content = trainer.checkpoint(Lineage.position(version, artifact, next));
        grownFrom = version;
        publicationSeconds += secondsSince(begin);
        if (twin.isPresent()) {
            CheckpointDirectory.write(path, content);
            checkpoints.prune(candidate.checkpointsNeeded(history));
            LOG.info("version {} was published before; its replay gave the same weights", version);
            return;
        }
        boolean first = history.serving().isEmpty();
        if (!first) {
            holdout.catchUp(HOLDOUT_PATIENCE); // read between the steps until now
        }
        Supplier<Jury.Verdict> hearing = first ? () -> Jury.FIRST : timed(jury.hearing(version, artifact, history));
        beside.begin(() -> {
            Candidate.Written written = write(content, path);
            Jury.Verdict verdict = hearing.get();
            return () -> publish(candidate, written, verdict);
        });
        if (first) {
            beside.finish(); // everything downstream waits for it
        }
    }

    private Candidate.Written write(CheckpointDirectory.Content content, Path path) throws IOException {
        String digest = CheckpointDirectory.write(path, content);
        return new Candidate.Written(
                digest, settings.shareCheckpoints() ? Optional.of(CheckpointDirectory.pack(path)) : Optional.empty());
    }

    /** Adds the time that scoring takes, the look at how spaces lie to each other included. */
    private Supplier<Jury.Verdict> timed(Supplier<Jury.Verdict> scoring) {
        return () -> {
            long begin = System.nanoTime();
            Jury.Verdict verdict = scoring.get();
            scoringSeconds.add(secondsSince(begin));
            return verdict;
        };
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }

    private void publish(Candidate candidate, Candidate.Written checkpoint, Jury.Verdict verdict) {
        long begin = System.nanoTime();
        ModelArtifact served = verdict.rotation()
                .map(rotation -> runtime.turned(candidate.learned(), rotation))
                .orElse(candidate.learned());
        List<ModelVersion> events = candidate.events(
                verdict,
                served,
                checkpoint,
                history,
                settings.gate().shadow(),
                settings.preprocessing(),
                provenance(),
                clock.millis());
        commit(events, Optional.of(served), checkpoint.packed());
        if (!verdict.metrics().isEmpty()) {
            scoredAt = clock.millis();
        }
        try {
            checkpoints.prune(candidate.checkpointsNeeded(history));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        publicationSeconds += secondsSince(begin);
        String reason = events.get(0).getReason();
        note = "version " + candidate.version() + ": " + reason;
        LOG.info("version {} of step {} published: {}", candidate.version(), candidate.step(), reason);
        showStatus();
    }

    /** One transaction; what it says is true here only once it is committed. */
    private void commit(List<ModelVersion> events, Optional<ModelArtifact> weights, Optional<byte[]> checkpoint) {
        for (ModelVersion event : events) {
            history.apply(event).ifPresent(why -> {
                throw new IllegalStateException("refusing to publish an illegal event: " + why);
            });
        }
        List<ModelVersion> retired = weights.isEmpty() ? List.of() : history.retirable(settings.keepVersions());
        List<ModelVersion> all = new ArrayList<>(events);
        for (ModelVersion event : retired) {
            ModelVersion farewell = Events.restate(event, clock.millis());
            farewell.setState(VersionState.RETIRED);
            farewell.setGeneration(-1);
            all.add(farewell);
            history.apply(farewell);
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Lineage.byPartition(history.trainingPosition())
                .forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        List<Long> forgotten = retired.isEmpty() ? List.of() : history.forgettable(MOST_RETIRED);
        forgotten.forEach(history::forget);
        publisher.publish(all, weights, checkpoint, retired, forgotten, offsets, group.get());
    }

    private void returnToLastGood() throws IOException {
        beside.finish();
        returnToOrigin();
        note = "too many steps in a row without a finite loss and gradient: back to "
                + (grownFrom < 0 ? "a new network" : "the checkpoint of version " + grownFrom);
        LOG.error("{}; the batches of those steps are passed over", note);
    }

    /** Takes up the weights that training goes on from; the batches already trained on are not repeated. */
    private void returnToOrigin() throws IOException {
        Lineage.Origin origin = lineage.restore(history);
        trainer.close();
        trainer = origin.trainer();
        grownFrom = origin.version();
    }

    private Map<String, String> provenance() {
        Map<String, String> provenance = new HashMap<>(runtime.description());
        provenance.putAll(settings.provenance());
        provenance.put("seed", Long.toString(settings.model().seed()));
        return provenance;
    }

    private void showStatus() {
        Optional<ModelVersion> serving = history.serving();
        report.accept(new TrainingStatus(
                paused() ? TrainingStatus.Phase.PAUSED : TrainingStatus.Phase.TRAINING,
                trainer.step(),
                taken,
                skipped,
                unreadable,
                images,
                stepSeconds,
                scoringSeconds.sum(),
                publicationSeconds,
                serving.map(ModelVersion::getVersion).orElse(-1L),
                serving.map(ModelVersion::getGeneration).orElse(-1L),
                history.newest().map(ModelVersion::getVersion).orElse(-1L),
                holdout.set().size(),
                note));
    }

    @Override
    @SuppressWarnings("try") // closed from the last to the first, whatever one of them throws
    public void close() {
        beside.abandon();
        Trainer last = trainer;
        try (publisher;
                commands;
                holdout;
                jury;
                last) {
            steps.close();
        }
    }
}
