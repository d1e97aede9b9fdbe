package io.anchorstream.service.demo;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.service.monitor.PipelineMonitor.PipelineView;
import org.jspecify.annotations.Nullable;

/** Words for what happens: a line for each decision on a version and each completed generation, and one for progress. */
public final class DemoReport {
    private static final String SCORE = "test.cross_domain_recall_at_1";
    private static final String FALLBACK = "holdout.recall_at_1";

    private final Map<Long, VersionState> told = new HashMap<>();
    private final Consumer<String> lines;
    private long generation = -1;
    private Optional<Double> untrained = Optional.empty();

    /**
     * @param lines takes each line that stays
     */
    public DemoReport(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Tells what is new about the versions. */
    public void versions(List<ModelVersion> versions) {
        for (ModelVersion version : versions) {
            if (version.getVersion() == 0) {
                untrained = score(version.getMetrics()).or(() -> untrained);
            }
            if (version.getState() != told.put(version.getVersion(), version.getState())) {
                tell(version);
            }
        }
    }

    private void tell(ModelVersion version) {
        String scores = score(version.getMetrics())
                .map(score -> ": Recall@1 " + percent(score) + comparison(version))
                .orElse("");
        switch (version.getState()) {
            case PROMOTED ->
                lines.accept("  version " + version.getVersion() + " promoted after " + version.getStep() + " steps"
                        + scores);
            case REJECTED ->
                lines.accept(
                        "  version " + version.getVersion() + " rejected" + scores + " (" + version.getReason() + ")");
            case ROLLED_BACK ->
                lines.accept("  version " + version.getVersion() + " rolled back (" + version.getReason() + ")");
            default -> {}
        }
    }

    private String comparison(ModelVersion version) {
        StringBuilder text = new StringBuilder();
        if (version.getVersion() > 0) {
            untrained.ifPresent(score -> text.append("; untrained ").append(percent(score)));
        }
        for (String baseline : List.of("hog", "pixels", "histogram")) {
            Double score = version.getBaselines().get(baseline + '.' + SCORE);
            if (score != null) {
                text.append(", ").append(baseline).append(' ').append(percent(score));
            }
        }
        return text.toString();
    }

    private static Optional<Double> score(Map<String, Double> metrics) {
        return Optional.ofNullable(metrics.get(SCORE)).or(() -> Optional.ofNullable(metrics.get(FALLBACK)));
    }

    /** Tells when another generation is in service. */
    public void pipeline(PipelineView view) {
        if (view.servingGeneration() > generation) {
            generation = view.servingGeneration();
            lines.accept(String.format(
                    Locale.ROOT,
                    "  generation %d complete: %,d items under version %d",
                    generation,
                    view.embedded(),
                    view.servingVersion()));
        }
    }

    /** How far everything is, in one line. */
    public static String progress(int sent, int total, PipelineView view) {
        return String.format(
                Locale.ROOT,
                "items %,d of %,d | labelled %,d in %,d classes | step %,d | version %s, generation %s, %,d searchable |"
                        + " fresh p99 %s | dead letters %d",
                sent,
                total,
                view.labelled(),
                view.classes(),
                view.steps(),
                dash(view.servingVersion()),
                dash(view.servingGeneration()),
                view.embedded(),
                seconds(view.freshness().p99Millis()),
                view.deadLetters().count());
    }

    private static String seconds(@Nullable Long millis) {
        return millis == null ? "-" : String.format(Locale.ROOT, "%,.1f s", millis / 1000.0);
    }

    private static String dash(long number) {
        return number < 0 ? "-" : Long.toString(number);
    }

    private static String percent(double score) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * score);
    }
}
