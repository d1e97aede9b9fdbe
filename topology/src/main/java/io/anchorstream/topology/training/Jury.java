package io.anchorstream.topology.training;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.alignment.Compatibility;
import io.anchorstream.model.alignment.Rotation;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutSheet;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.topology.versions.VersionHistory;
import io.anchorstream.topology.versions.WeightReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores versions on the hold-out and lets the gate decide. Keeps the model of the version in service loaded for as long
 * as it serves. Not thread-safe.
 */
final class Jury implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Jury.class);

    private final ModelRuntime runtime;
    private final PromotionGate gate;
    private final Scoreboard board;
    private final HoldoutFeed holdout;
    private final Supplier<WeightReader> weightReaders;
    private @Nullable WeightReader weights;
    private @Nullable Embedder serving;
    private long servingVersion = -1;

    Jury(
            ModelRuntime runtime,
            PromotionGate gate,
            Scoreboard board,
            HoldoutFeed holdout,
            Supplier<WeightReader> weightReaders) {
        this.runtime = runtime;
        this.gate = gate;
        this.board = board;
        this.holdout = holdout;
        this.weightReaders = weightReaders;
    }

    /**
     * What was measured and decided.
     *
     * @param metrics of the version judged; empty when the hold-out is too small to score
     * @param reference the same of the version in service
     * @param compatibility how the two work together, see {@link Compatibility}; empty = not measured
     * @param rotation turns the candidate's space onto the one in service; empty = there is nothing to go by
     */
    record Verdict(
            PromotionGate.Decision decision,
            Map<String, Double> metrics,
            Map<String, Double> reference,
            Map<String, Double> baselines,
            Map<String, Double> compatibility,
            Optional<Rotation> rotation) {
        Verdict(PromotionGate.Decision decision) {
            this(decision, Map.of(), Map.of(), Map.of(), Map.of(), Optional.empty());
        }
    }

    /** On version 0, which goes into service at once: everything downstream waits for a model. */
    static final Verdict FIRST = new Verdict(
            new PromotionGate.Decision(true, "The untrained network: everything downstream can start with it."));

    /**
     * Scores a candidate that is not published yet, against the version in service. What is asked for is settled now; the
     * hearing itself may be on another thread, as long as nothing else is asked of the jury before it is over.
     */
    Supplier<Verdict> hearing(long version, ModelArtifact candidate, VersionHistory history) {
        int items = refresh();
        Optional<ModelVersion> serving = history.serving();
        Optional<ModelVersion> untrained = history.version(0);
        return () -> judge(version, candidate, items, serving, untrained);
    }

    private Verdict judge(
            long version,
            ModelArtifact candidate,
            int items,
            Optional<ModelVersion> serving,
            Optional<ModelVersion> untrained) {
        if (items < gate.settings().minimumItems()) {
            return new Verdict(gate.decide(Map.of(), Map.of(), candidate.dimension(), items));
        }
        Optional<HoldoutSheet> reference = serving.flatMap(this::sheetOf);
        untrained.ifPresent(this::sheetOf);
        try (Embedder model = runtime.load(candidate)) {
            HoldoutSheet sheet = board.sheet(version, model);
            Optional<Alignment> alignment = reference.flatMap(
                    before -> board.align(sheet, before, gate.settings().minimumItems()));
            alignment.ifPresent(found -> board.put(version, sheet.turned(found.rotation())));
            Map<String, Double> compatibility =
                    alignment.map(Alignment::compatibility).orElse(Map.of());
            Map<String, Double> metrics = board.scores(sheet);
            Map<String, Double> before = reference.map(board::scores).orElse(Map.of());
            PromotionGate.Decision decision = gate.decide(new PromotionGate.Evidence(
                    metrics,
                    before,
                    reference.map(it -> new PairedScores(sheet.queries(), it.queries(), board.examples())),
                    compatibility,
                    candidate.dimension(),
                    board.judges()));
            return new Verdict(
                    decision, metrics, before, board.baselines(), compatibility, alignment.map(Alignment::rotation));
        }
    }

    /** Whether the version in service has no score on the hold-out as it is now, and could have one. */
    boolean outdated(ModelVersion inService) {
        return holdout.set().size() >= gate.settings().minimumItems()
                && (board.stale(holdout.set()) || !board.has(inService.getVersion()));
    }

    /** Scores the version in service on the hold-out as it is now; on another thread as {@link #hearing}. */
    Supplier<Verdict> rescoring(ModelVersion inService, VersionHistory history) {
        refresh();
        Optional<ModelVersion> untrained = history.version(0);
        return () -> rescore(inService, untrained);
    }

    private Verdict rescore(ModelVersion inService, Optional<ModelVersion> untrained) {
        Map<String, Double> metrics = sheetOf(inService).map(board::scores).orElse(Map.of());
        untrained.ifPresent(this::sheetOf);
        return new Verdict(
                new PromotionGate.Decision(true, inService.getReason()),
                metrics,
                metrics,
                board.baselines(),
                inService.getCompatibility(),
                Optional.empty());
    }

    /** Versions that were scored elsewhere need no second look until the hold-out has changed enough. */
    private int refresh() {
        if (board.stale(holdout.set())) {
            board.take(holdout.set());
        }
        return board.items();
    }

    private Optional<HoldoutSheet> sheetOf(ModelVersion version) {
        if (board.has(version.getVersion()) || version.getState() == VersionState.RETIRED) {
            return board.known(version.getVersion());
        }
        try {
            return Optional.of(board.sheet(version.getVersion(), model(version)));
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("version {} cannot be scored: {}", version.getVersion(), e.getMessage());
            return Optional.empty();
        }
    }

    private Embedder model(ModelVersion version) throws IOException {
        if (serving == null || servingVersion != version.getVersion()) {
            if (weights == null) {
                weights = weightReaders.get();
            }
            Embedder loaded = runtime.load(weights.read(version));
            if (serving != null) {
                serving.close();
            }
            serving = loaded;
            servingVersion = version.getVersion();
        }
        return serving;
    }

    @Override
    public void close() {
        if (serving != null) {
            serving.close();
        }
        if (weights != null) {
            weights.close();
        }
    }
}
