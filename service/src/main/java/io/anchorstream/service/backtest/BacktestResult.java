package io.anchorstream.service.backtest;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * Everything a backtest found.
 *
 * @param settings in force for all runs, by key
 * @param engine what it ran on
 * @param labels weak-label quality by seed
 * @param before test vectors of the untrained network, first seed
 * @param after test vectors of the first loss, first seed
 */
record BacktestResult(
        BacktestCatalogue catalogue,
        String command,
        Map<String, String> settings,
        Map<String, String> engine,
        List<BacktestRun> runs,
        Map<Long, LabelQuality> labels,
        List<String> notes,
        FloatMatrix before,
        FloatMatrix after) {

    /** The runs of one row of the table, over seeds; rows in the order in which they were run. */
    record Row(String loss, Control control, List<BacktestRun> runs) {
        String title() {
            return runs.get(0).title();
        }

        /** NaN mean when no run has the score. */
        Spread score(String name) {
            return Spread.of(runs.stream()
                    .filter(run -> run.scores().containsKey(name))
                    .map(run -> run.scores().getOrDefault(name, Double.NaN))
                    .toList());
        }
    }

    /** Learned rows first, then what they are held against. */
    List<Row> rows() {
        Map<String, List<BacktestRun>> byTitle = runs.stream()
                .collect(Collectors.groupingBy(BacktestRun::title, LinkedHashMap::new, Collectors.toList()));
        return byTitle.values().stream()
                .map(group -> new Row(group.get(0).loss(), group.get(0).control(), group))
                .sorted(Comparator.comparing(Row::control))
                .toList();
    }
}
