package io.anchorstream.service.monitor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.monitoring.LearningWatch;
import org.jspecify.annotations.Nullable;

/**
 * The learning curve and the life of every model version. Holds a bounded number of steps: when it is full every second
 * one is dropped, so that the curve always spans the whole of learning. Thread-safe.
 */
public final class LearningHistory {
    private static final int HELD_STEPS = 4_096;
    private static final int RECENT_STEPS = 50;
    private static final int HELD_ALARMS = 200;
    private static final String METRIC_LOSS = "loss.metric";
    private static final String STEPS_LEFT = "version.steps_left";
    private static final String NEXT_OFFSET = "input.next_offset";

    private final TreeMap<Long, TrainingStep> steps = new TreeMap<>();
    private final Deque<TrainingStep> recent = new ArrayDeque<>();
    private final TreeMap<Long, VersionView> versions = new TreeMap<>();
    private final Deque<Alarm> alarms = new ArrayDeque<>();
    private final TreeMap<String, Long> alarmCounts = new TreeMap<>();
    private long stride = 1;
    private long lastStep;
    private long nextOffset = -1;
    private final TreeMap<String, Long> skipped = new TreeMap<>();

    public synchronized void apply(TrainingStep step) {
        Double next = step.getMetrics().get(NEXT_OFFSET);
        // A replay brings steps again, with the batches they had. A rollback brings their numbers again, with later
        // ones.
        boolean isNew = next == null ? step.getStep() > lastStep : next.longValue() > nextOffset;
        if (isNew) {
            steps.tailMap(step.getStep(), true).clear(); // the curve goes on from where training does
            lastStep = step.getStep();
            if (step.getSkipped() != null) {
                skipped.merge(step.getSkipped(), 1L, Long::sum);
            }
            for (String name : LearningWatch.alarms(step.getMetrics())) {
                alarmCounts.merge(name, 1L, Long::sum);
                alarms.addLast(new Alarm(step.getStep(), name, step.getTimestamp()));
                if (alarms.size() > HELD_ALARMS) {
                    alarms.removeFirst();
                }
            }
            recent.addLast(step);
            if (recent.size() > RECENT_STEPS) {
                recent.removeFirst();
            }
        }
        if (next != null) {
            nextOffset = Math.max(nextOffset, next.longValue());
        }
        if (step.getStep() % stride == 0) {
            steps.put(step.getStep(), step);
            if (steps.size() > HELD_STEPS) {
                stride *= 2;
                steps.keySet().removeIf(number -> number % stride != 0);
            }
        }
    }

    public synchronized void apply(ModelVersion version) {
        VersionView old = versions.get(version.getVersion());
        boolean everPromoted = version.getState() == VersionState.PROMOTED || (old != null && old.everPromoted());
        versions.put(
                version.getVersion(),
                new VersionView(
                        version.getVersion(),
                        version.getState(),
                        everPromoted,
                        version.getGeneration(),
                        version.getParent(),
                        version.getStep(),
                        version.getDimension(),
                        Map.copyOf(version.getMetrics()),
                        Map.copyOf(version.getReference()),
                        Map.copyOf(version.getBaselines()),
                        version.getComparedWith(),
                        Map.copyOf(version.getCompatibility()),
                        version.getReason(),
                        version.getGateReason(),
                        version.getTimestamp()));
    }

    /** Nothing is kept of the version any more. */
    public synchronized void forget(long version) {
        versions.remove(version);
    }

    /** The curve in at most {@code points} points (means of equal runs of steps), and all versions in order. */
    public synchronized LearningView view(int points) {
        return new LearningView(
                lastStep,
                skipped.values().stream().mapToLong(Long::longValue).sum(),
                Map.copyOf(skipped),
                stepsToVersion(),
                imagesPerSecond(),
                thinned(points),
                List.copyOf(versions.values()),
                Score.all(),
                Score.raw(),
                Score.gate(),
                List.copyOf(alarms));
    }

    public synchronized long lastStep() {
        return lastStep;
    }

    public synchronized Optional<VersionView> version(long version) {
        return Optional.ofNullable(versions.get(version));
    }

    /** Steps after the newest one until the next version, null before the first step or where it does not tell. */
    public synchronized @Nullable Long stepsToVersion() {
        TrainingStep newest = recent.peekLast();
        Double left = newest == null ? null : newest.getMetrics().get(STEPS_LEFT);
        return left == null ? null : left.longValue();
    }

    /** Offset after the newest batch trained on, or empty if no step told it. */
    public synchronized OptionalLong nextOffset() {
        return nextOffset < 0 ? OptionalLong.empty() : OptionalLong.of(nextOffset);
    }

    /** The version in service, or empty before the first. */
    public synchronized Optional<VersionView> serving() {
        return versions.values().stream()
                .filter(version -> version.state() == VersionState.PROMOTED)
                .max(Comparator.comparingLong(VersionView::generation));
    }

    /** The newest step that taught something, or empty before the first. */
    public synchronized Optional<StepPoint> newestStep() {
        return recent.stream()
                .filter(step -> step.getSkipped() == null)
                .reduce((before, after) -> after)
                .map(step -> new StepPoint(
                        step.getStep(),
                        step.getLoss(),
                        step.getMetrics().get(METRIC_LOSS),
                        step.getActiveShare(),
                        step.getPrequentialRecallAt1(),
                        step.getTimestamp()));
    }

    /** How often each alarm was raised. */
    public synchronized Map<String, Long> alarmCounts() {
        return Map.copyOf(alarmCounts);
    }

    public synchronized int versionCount() {
        return versions.size();
    }

    /** Trained versions that were in service at some time. */
    public synchronized long promotedCount() {
        return versions.values().stream()
                .filter(version -> version.everPromoted() && version.version() > 0)
                .count();
    }

    private double imagesPerSecond() {
        double seconds = recent.stream().mapToDouble(TrainingStep::getSeconds).sum();
        return seconds > 0 ? recent.stream().mapToInt(TrainingStep::getImages).sum() / seconds : 0;
    }

    private List<StepPoint> thinned(int points) {
        List<StepPoint> series = new ArrayList<>();
        List<TrainingStep> taught = steps.values().stream()
                .filter(step -> step.getSkipped() == null)
                .toList();
        int run = Math.max(1, (int) Math.ceil(taught.size() / (double) points));
        for (int from = 0; from < taught.size(); from += run) {
            List<TrainingStep> part = taught.subList(from, Math.min(taught.size(), from + run));
            TrainingStep last = part.get(part.size() - 1);
            series.add(new StepPoint(
                    last.getStep(),
                    part.stream().mapToDouble(TrainingStep::getLoss).average().orElse(0),
                    metricLoss(part),
                    part.stream()
                            .mapToDouble(TrainingStep::getActiveShare)
                            .average()
                            .orElse(0),
                    last.getPrequentialRecallAt1(),
                    last.getTimestamp()));
        }
        return series;
    }

    private static @Nullable Double metricLoss(List<TrainingStep> part) {
        OptionalDouble mean = part.stream()
                .map(step -> step.getMetrics().get(METRIC_LOSS))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .average();
        return mean.isPresent() ? mean.getAsDouble() : null;
    }

    /**
     * Means over a run of steps that ends at {@code step}.
     *
     * @param loss with all its terms
     * @param metricLoss of the batch alone, without terms whose weight grows; absent where the steps don't tell
     */
    public record StepPoint(
            long step,
            double loss,
            @Nullable Double metricLoss,
            double activeShare,
            double prequentialRecallAt1,
            long timestamp) {}

    /**
     * A version as its last event tells it.
     *
     * @param everPromoted whether it was in service at some time
     * @param comparedWith the version in service when the gate decided, -1 = none
     * @param compatibility how the two work together in one index; empty where it was not measured
     * @param gateReason why the gate decided as it did, where a command's reason took its place; else empty
     */
    public record VersionView(
            long version,
            VersionState state,
            boolean everPromoted,
            long generation,
            long parent,
            long step,
            int dimension,
            Map<String, Double> metrics,
            Map<String, Double> reference,
            Map<String, Double> baselines,
            long comparedWith,
            Map<String, Double> compatibility,
            String reason,
            String gateReason,
            long timestamp) {}

    /**
     * All that the learning view shows.
     *
     * @param skipReasons steps that taught nothing, by reason
     * @param stepsToVersion steps after the last until the next version, null where that is not known
     * @param scores that may be among a version's metrics, in the order they are offered
     * @param raw features that may be among its baselines
     * @param gate what a version is promoted by, in a sentence
     * @param alarms the newest ones, in order
     */
    public record LearningView(
            long lastStep,
            long skippedSteps,
            Map<String, Long> skipReasons,
            @Nullable Long stepsToVersion,
            double imagesPerSecond,
            List<StepPoint> steps,
            List<VersionView> versions,
            List<Score> scores,
            List<Score.Raw> raw,
            String gate,
            List<Alarm> alarms) {}

    /** @param name {@code drift}, {@code collapse} or {@code forgetting} */
    public record Alarm(long step, String name, long timestamp) {}
}
