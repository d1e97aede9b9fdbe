package io.anchorstream.service.demo;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.service.monitor.PipelineMonitor.PipelineView;
import io.anchorstream.service.monitor.Score;
import io.anchorstream.service.monitor.Share;
import org.jspecify.annotations.Nullable;

/**
 * Words for what happens: a line for each decision on a version and each completed generation, and one for progress. What
 * an earlier run did is told in one line.
 */
public final class DemoReport {
    private static final String SCORE = "test.cross_domain_recall_at_1";
    private static final Set<String> ROLES = Set.of("label", "train", "embed", "index");
    private static final String FALLBACK = "holdout.recall_at_1";

    private final Map<Long, VersionState> told = new HashMap<>();
    private final Consumer<String> lines;
    private final long began;
    private boolean looked;
    private long generation = -1;

    /**
     * @param lines takes each line that stays
     * @param began when this run did, as a timestamp: what was decided before is history
     */
    public DemoReport(Consumer<String> lines, long began) {
        this.lines = lines;
        this.began = began;
    }

    /**
     * Tells what is new.
     *
     * @param versions all of them, which those of earlier runs are among from the first look on
     */
    public void look(List<ModelVersion> versions, PipelineView view) {
        if (!looked) {
            looked = true;
            history(versions, view);
        }
        for (ModelVersion version : versions) {
            if (version.getState() != told.put(version.getVersion(), version.getState())
                    && version.getTimestamp() >= began) {
                tell(version);
            }
        }
        if (view.servingGeneration() > generation) {
            generation = view.servingGeneration();
            lines.accept(String.format(
                    Locale.ROOT,
                    "  generation %d is searched now: %,d items under version %d",
                    generation,
                    view.embedded(),
                    view.servingVersion()));
        }
    }

    private void history(List<ModelVersion> versions, PipelineView view) {
        List<ModelVersion> before = versions.stream()
                .filter(version -> version.getTimestamp() < began)
                .toList();
        if (before.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder("  from earlier runs: ");
        long trained =
                before.stream().filter(version -> version.getVersion() > 0).count();
        text.append(
                trained == 0
                        ? "the untrained network"
                        : String.format(
                                Locale.ROOT,
                                "%,d trained version%s, the newest after %,d steps",
                                trained,
                                trained == 1 ? "" : "s",
                                before.stream()
                                        .mapToLong(ModelVersion::getStep)
                                        .max()
                                        .orElse(0)));
        if (view.servingGeneration() >= 0) {
            generation = view.servingGeneration();
            text.append(String.format(
                    Locale.ROOT,
                    "; generation %d is searched: %,d items under version %d",
                    generation,
                    view.embedded(),
                    view.servingVersion()));
        }
        lines.accept(text.toString());
    }

    private void tell(ModelVersion version) {
        String scores = score(version.getMetrics())
                .map(score -> "; " + Score.nameOf(nameIn(version.getMetrics())) + " " + Share.percent(score)
                        + comparison(version))
                .orElse("");
        String reason = version.getReason().isEmpty()
                ? ""
                : ": " + Score.named(version.getReason()).replaceFirst("\\.$", "");
        switch (version.getState()) {
            case PROMOTED ->
                lines.accept("  version " + version.getVersion() + " promoted after " + version.getStep() + " steps"
                        + reason + scores);
            case REJECTED -> lines.accept("  version " + version.getVersion() + " rejected" + reason + scores);
            case ROLLED_BACK -> lines.accept("  version " + version.getVersion() + " rolled back" + reason);
            default -> {}
        }
    }

    private String comparison(ModelVersion version) {
        StringBuilder text = new StringBuilder();
        // Scored on the same pictures: the hold-out grows while items arrive.
        Double untrained = version.getBaselines().get(Score.UNTRAINED + nameIn(version.getMetrics()));
        if (version.getVersion() > 0 && untrained != null) {
            text.append("; untrained ").append(Share.percent(untrained));
        }
        for (Score.Raw raw : Score.raw()) {
            Double score = version.getBaselines().get(raw.key() + '.' + nameIn(version.getMetrics()));
            if (score != null) {
                text.append(", ").append(raw.name()).append(' ').append(Share.percent(score));
            }
        }
        return text.toString();
    }

    private static Optional<Double> score(Map<String, Double> metrics) {
        return Optional.ofNullable(metrics.get(nameIn(metrics)));
    }

    private static String nameIn(Map<String, Double> metrics) {
        return metrics.containsKey(SCORE) ? SCORE : FALLBACK;
    }

    /**
     * Whether nothing is left to do: every item was taken and labelled, every batch trained on, and the newest version that
     * was promoted has embedded all of them.
     */
    static boolean isDone(long sent, long total, PipelineView view) {
        boolean idle = view.lag().keySet().containsAll(ROLES)
                && view.lag().values().stream().allMatch(waiting -> waiting == 0);
        return sent == total
                && idle
                && view.servingVersion() >= 0
                && !view.generations().isEmpty()
                && view.servingVersion() == view.promotedVersion()
                && view.embedded() >= view.pictures()
                && view.generations().get(view.generations().size() - 1).completedAt() > 0;
    }

    /** What came of it, in two lines, once {@link #isDone}. */
    void done(List<ModelVersion> versions, PipelineView view, String address) {
        long trained =
                versions.stream().filter(version -> version.getVersion() > 0).count();
        lines.accept(String.format(
                Locale.ROOT,
                "  done: all %,d items are searchable under version %d (%d versions trained in %,d steps)%s",
                view.embedded(),
                view.servingVersion(),
                trained,
                view.steps(),
                versions.stream()
                        .filter(version -> version.getVersion() == view.servingVersion())
                        .findFirst()
                        .flatMap(version -> score(version.getMetrics()).map(score -> {
                            String name = nameIn(version.getMetrics());
                            Long pictures = Score.picturesOf(name, version.getMetrics());
                            return "; " + Score.nameOf(name) + " " + Share.percent(score) + comparison(version)
                                    + (pictures == null
                                            ? ""
                                            : String.format(
                                                    Locale.ROOT,
                                                    " (on %,d pictures%s)",
                                                    pictures,
                                                    pictures < Score.FEW_PICTURES ? ", too few to tell" : ""));
                        }))
                        .orElse("")));
        lines.accept("  the page goes on serving at " + address
                + "; ./anchorstream ingest FOLDER adds items of your own, Ctrl-C stops");
    }

    /** How far everything is, in one line. What has not begun is said to be waited for, not to be 0. */
    public static String progress(int sent, int total, PipelineView view) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "items %,d of %,d", sent, total));
        line.append(
                view.labelled() == 0
                        ? " | waiting for the first label"
                        : String.format(
                                Locale.ROOT, " | labelled %,d in %,d classes", view.labelled(), view.classes()));
        line.append(
                view.steps() == 0
                        ? " | collecting the first mini-batches"
                        : String.format(Locale.ROOT, " | step %,d", view.steps()));
        line.append(
                view.promotedVersion() < 0
                        ? " | waiting for the first network"
                        : view.servingGeneration() < 0
                                ? " | version " + view.promotedVersion() + " promoted, filling the first generation"
                                : searched(view));
        // Of items that came long ago it would be no news.
        if (sent < total && view.freshness().p99Millis() != null) {
            line.append(" | new items searchable within ")
                    .append(seconds(view.freshness().p99Millis()));
        }
        long refused = view.deadLetters().count();
        return line.append(refused == 0 ? "" : String.format(Locale.ROOT, " | dead letters %,d", refused))
                .toString();
    }

    /** Searches go to the newest complete generation; a version promoted since is still filling its own. */
    private static String searched(PipelineView view) {
        String text = String.format(
                Locale.ROOT,
                " | %,d items searchable under version %d (generation %d)",
                view.embedded(),
                view.servingVersion(),
                view.servingGeneration());
        return view.promotedVersion() == view.servingVersion()
                ? text
                : text + ", version " + view.promotedVersion() + " promoted and filling";
    }

    private static String seconds(@Nullable Long millis) {
        return millis == null ? "-" : String.format(Locale.ROOT, "%,.1f s", millis / 1000.0);
    }
}
