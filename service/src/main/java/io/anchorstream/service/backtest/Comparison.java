package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One row held against another, seed by seed: what both share (order of arrival, first weights) cancels out. Raw features
 * are the same for every seed.
 *
 * @param bestRaw whether {@code other} stands here as the best of the raw features, which may be others for another score
 * @param difference of the score, 0..1, over seeds
 * @param relative difference of the means over the other's mean; NaN when that is 0
 */
record Comparison(String one, String other, boolean bestRaw, String score, Spread difference, double relative) {

    /**
     * Each loss against the untrained network and the best raw features, then against its oracle labels and offline; the
     * adaptive one also against fixed margins and plain triplets.
     */
    static List<Comparison> of(BacktestResult result) {
        List<BacktestResult.Row> rows = result.rows();
        List<String> scores = result.mainScores().stream().flatMap(List::stream).toList();
        List<Comparison> found = new ArrayList<>();
        for (BacktestResult.Row row : rows) {
            if (row.control() != Control.NONE) {
                continue;
            }
            rows.stream()
                    .filter(other -> other.control() == Control.UNTRAINED)
                    .forEach(other ->
                            scores.forEach(score -> pair(row, other, score).ifPresent(found::add)));
            scores.forEach(score ->
                    bestRaw(rows, score).flatMap(best -> pair(row, best, score)).ifPresent(found::add));
            for (BacktestResult.Row other : rows) {
                boolean own = other.loss().equals(row.loss())
                        && (other.control() == Control.FIXED_MARGIN
                                || other.control() == Control.ORACLE_LABELS
                                || other.control() == Control.OFFLINE);
                boolean plain = other.control() == Control.NONE
                        && other.loss().equals("triplet-semi-hard")
                        && !row.loss().equals(other.loss());
                if (own || plain) {
                    scores.forEach(score -> pair(row, other, score).ifPresent(found::add));
                }
            }
        }
        return found;
    }

    /** What the row is held against, the same for all scores. */
    String against() {
        return bestRaw ? "best raw features" : other;
    }

    private static Optional<BacktestResult.Row> bestRaw(List<BacktestResult.Row> rows, String score) {
        return rows.stream()
                .filter(row -> Control.RAW.contains(row.control()))
                .filter(row -> !Double.isNaN(row.score(score).mean()))
                .max(Comparator.comparingDouble(row -> row.score(score).mean()));
    }

    private static Optional<Comparison> pair(BacktestResult.Row row, BacktestResult.Row other, String score) {
        boolean raw = Control.RAW.contains(other.control());
        List<Double> differences = new ArrayList<>();
        for (BacktestRun run : row.runs()) {
            for (BacktestRun against : other.runs()) {
                Double value = run.scores().get(score);
                Double base = against.scores().get(score);
                if ((raw || run.seed() == against.seed()) && value != null && base != null) {
                    differences.add(value - base);
                }
            }
        }
        if (differences.isEmpty()) {
            return Optional.empty();
        }
        Spread difference = Spread.of(differences);
        double base = other.score(score).mean();
        return Optional.of(new Comparison(
                row.title(), other.title(), raw, score, difference, base == 0 ? Double.NaN : difference.mean() / base));
    }
}
