package io.anchorstream.service.backtest;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One run and its scores.
 *
 * @param loss as it was asked for, or {@code none}
 * @param scores 0..1 on the test groups, by name
 * @param gradientImages pictures that the network learned from
 * @param steps batches, those skipped included
 * @param skippedSteps batches that taught nothing
 * @param seconds of learning and scoring; the only part that another run of the same seed does not repeat
 * @param configDigest first half of the SHA-256 of the configuration in force
 * @param version of this program
 * @param metrics more numbers, e.g. {@code margin.mean}
 * @param curves points by the name of what was measured
 */
public record BacktestRun(
        String loss,
        Control control,
        long seed,
        Map<String, Double> scores,
        int gradientImages,
        int steps,
        int skippedSteps,
        double seconds,
        String configDigest,
        String version,
        Map<String, Double> metrics,
        Map<String, List<Point>> curves) {
    /** No loss: nothing was learned. */
    public static final String NO_LOSS = "none";

    public BacktestRun {
        scores = java.util.Collections.unmodifiableMap(new TreeMap<>(scores));
        metrics = java.util.Collections.unmodifiableMap(new TreeMap<>(metrics));
        curves = java.util.Collections.unmodifiableMap(new TreeMap<>(curves));
    }

    /** A point of a learning curve. */
    public record Point(int gradientImages, double value) {}

    String title() {
        if (control == Control.NONE) {
            return loss;
        }
        return loss.equals(NO_LOSS) ? control.id() : loss + ", " + control.id();
    }
}
