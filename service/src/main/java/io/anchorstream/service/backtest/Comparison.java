package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One row held against another, seed by seed: what both share (order of arrival, first weights) cancels out.
 *
 * @param difference of the score, 0..1, over seeds
 * @param relative difference of the means over the other's mean; NaN when that is 0
 */
record Comparison(String one, String other, String score, Spread difference, double relative) {

    /** Each loss against its oracle labels and offline; the adaptive one also against fixed margins and plain triplets. */
    static List<Comparison> of(BacktestResult result) {
        List<BacktestResult.Row> rows = result.rows();
        List<Comparison> found = new ArrayList<>();
        for (BacktestResult.Row row : rows) {
            if (row.control() != Control.NONE) {
                continue;
            }
            for (BacktestResult.Row other : rows) {
                boolean own = other.loss().equals(row.loss())
                        && (other.control() == Control.FIXED_MARGIN
                                || other.control() == Control.ORACLE_LABELS
                                || other.control() == Control.OFFLINE);
                boolean plain = other.control() == Control.NONE
                        && other.loss().equals("triplet-semi-hard")
                        && !row.loss().equals(other.loss());
                if (own || plain) {
                    result.mainScores().stream().flatMap(List::stream).forEach(score -> pair(row, other, score)
                            .ifPresent(found::add));
                }
            }
        }
        return found;
    }

    private static Optional<Comparison> pair(BacktestResult.Row row, BacktestResult.Row other, String score) {
        List<Double> differences = new ArrayList<>();
        for (BacktestRun run : row.runs()) {
            for (BacktestRun against : other.runs()) {
                Double value = run.scores().get(score);
                Double base = against.scores().get(score);
                if (run.seed() == against.seed() && value != null && base != null) {
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
                row.title(), other.title(), score, difference, base == 0 ? Double.NaN : difference.mean() / base));
    }
}
