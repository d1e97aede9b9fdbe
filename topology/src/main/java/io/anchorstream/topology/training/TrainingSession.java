package io.anchorstream.topology.training;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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
    private final Map<TopicPartition, Long> next = new HashMap<>();

    private Trainer trainer;
    private long grownFrom;
    private long scoredAt;
    private long taken;
    private long skipped;
    private long unreadable;
    private long images;
    private double stepSeconds;
    private double scoringSeconds;
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
            Supplier<ConsumerGroupMetadata> group,
            Consumer<TrainingStatus> report) {
        this.settings = settings;
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
            publishVersion();
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

    /** A batch that cannot be read teaches nothing; its offset counts as consumed. */
    void skipUnreadable(TopicPartition partition, long offset, String why) {
        unreadable++;
        next.put(partition, offset + 1);
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
            note = "alarm at step " + result.step() + ": " + alarm;
            LOG.warn("{}", note);
        }
        if (trainer.restoreAdvised()) {
            returnToLastGood();
        } else if (trainer.step() % settings.stepsPerVersion() == 0) {
            publishVersion();
        }
        showStatus();
    }

    /** What is done between steps: hold-out, commands, a new score for the version in service. */
    void idle() throws IOException {
        holdout.poll(Duration.ZERO);
        for (CommandFeed.Order order : commands.poll()) {
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
        history.serving().ifPresent(this::rescoreIfOutdated);
    }

    private void rescoreIfOutdated(ModelVersion serving) {
        boolean quiet = holdout.quietFor(settings.holdoutQuiet());
        boolean waited = clock.millis() - scoredAt >= settings.rescoreEvery().toMillis();
        boolean never = serving.getMetrics().isEmpty();
        if (!(quiet ? (never || waited) : waited) || !jury.outdated(serving)) {
            return;
        }
        Jury.Verdict verdict = timed(() -> jury.rescore(serving, history));
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

    private void publishVersion() throws IOException {
        long begin = System.nanoTime();
        double scored = scoringSeconds;
        ModelArtifact artifact = trainer.artifact();
        Optional<ModelVersion> twin = history.versions().stream()
                .filter(event -> event.getStep() == trainer.step())
                .filter(event -> Events.learnedDigest(event).equals(artifact.weightsDigest()))
                .findFirst();
        long version = twin.map(ModelVersion::getVersion).orElse(history.nextVersion());
        Path path = checkpoints.fresh(version);
        String digest = trainer.saveCheckpoint(path, Lineage.position(version, artifact, next));
        if (twin.isPresent()) {
            LOG.info("version {} was published before; its replay gave the same weights", version);
        } else {
            Optional<byte[]> packed =
                    settings.shareCheckpoints() ? Optional.of(CheckpointDirectory.pack(path)) : Optional.empty();
            announce(version, artifact, digest, packed);
        }
        grownFrom = version;
        checkpoints.prune(
                history.checkpointsNeeded().stream().map(CheckpointStore::name).collect(Collectors.toSet()));
        publicationSeconds += (System.nanoTime() - begin) / 1e9 - (scoringSeconds - scored);
    }

    /** Scores, the look at how spaces lie to each other included, and adds the time to that of scoring. */
    private Jury.Verdict timed(Supplier<Jury.Verdict> scoring) {
        long begin = System.nanoTime();
        Jury.Verdict verdict = scoring.get();
        scoringSeconds += (System.nanoTime() - begin) / 1e9;
        return verdict;
    }

    private void announce(long version, ModelArtifact learned, String checkpointDigest, Optional<byte[]> checkpoint) {
        long began = System.nanoTime();
        boolean first = history.serving().isEmpty();
        Jury.Verdict verdict = first
                ? Jury.FIRST
                : timed(() -> {
                    holdout.catchUp(HOLDOUT_PATIENCE); // read between the steps until now
                    return jury.judge(version, learned, history);
                });
        ModelArtifact artifact = verdict.rotation()
                .map(rotation -> runtime.turned(learned, rotation))
                .orElse(learned);
        boolean pinned = history.pinned();
        boolean shadow = settings.gate().shadow();
        boolean promote = first || (verdict.decision().promote() && !pinned && !shadow);
        ModelVersion trained = ModelVersion.newBuilder()
                .setVersion(version)
                .setState(VersionState.TRAINED)
                .setParent(grownFrom)
                .setComparedWith(history.serving().map(ModelVersion::getVersion).orElse(-1L))
                .setStep(trainer.step())
                .setDimension(artifact.dimension())
                .setNetwork(artifact.network())
                .setNetworkDigest(artifact.networkDigest())
                .setWeightsDigest(artifact.weightsDigest())
                .setLearnedDigest(learned.weightsDigest())
                .setWeightsBytes(artifact.weights().length)
                .setCheckpoint(CheckpointStore.name(version))
                .setCheckpointDigest(checkpointDigest)
                .setCheckpointBytes(checkpoint.map(packed -> packed.length).orElse(0))
                .setPreprocessing(settings.preprocessing())
                .setOffsets(Lineage.byName(next))
                .setMetrics(verdict.metrics())
                .setReference(verdict.reference())
                .setBaselines(verdict.baselines())
                .setCompatibility(verdict.compatibility())
                .setReason(held(verdict.decision(), pinned, shadow))
                .setProvenance(provenance())
                .setTimestamp(clock.millis())
                .build();
        List<ModelVersion> events = new ArrayList<>(List.of(trained));
        if (promote) {
            ModelVersion outcome = Events.copy(trained, new ModelVersion());
            outcome.setState(VersionState.PROMOTED);
            outcome.setGeneration(history.nextGeneration());
            outcome.setPaused(history.paused());
            events.add(outcome);
        } else if (!verdict.decision().promote()) {
            ModelVersion outcome = Events.copy(trained, new ModelVersion());
            outcome.setState(VersionState.REJECTED);
            events.add(outcome);
        }
        commit(events, Optional.of(artifact), checkpoint);
        if (!verdict.metrics().isEmpty()) {
            scoredAt = clock.millis();
        }
        note = "version " + version + ": " + trained.getReason();
        LOG.info(
                "version {} at step {}, scored and published in {} ms: {}",
                version,
                trainer.step(),
                (System.nanoTime() - began) / 1_000_000,
                trained.getReason());
    }

    private static String held(PromotionGate.Decision decision, boolean pinned, boolean shadow) {
        if (!decision.promote() || !(pinned || shadow)) {
            return decision.reason();
        }
        return (pinned ? "Held back, another version is pinned. " : "Held back, the gate only reports. ")
                + decision.reason();
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
                scoringSeconds,
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
