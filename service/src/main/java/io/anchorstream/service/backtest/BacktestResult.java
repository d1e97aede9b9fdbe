package io.anchorstream.service.backtest;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * Everything a backtest found.
 *
 * @param settings in force for all runs, by key
 * @param engine what it ran on
 * @param labels weak-label quality by seed
 * @param transfer another catalogue whose test groups were scored
 * @param galleries once all is done
 */
record BacktestResult(
        BacktestCatalogue catalogue,
        Optional<BacktestCatalogue> transfer,
        String command,
        Map<String, String> settings,
        Map<String, String> engine,
        List<BacktestRun> runs,
        Map<Long, LabelQuality> labels,
        List<String> notes,
        Optional<Galleries> galleries) {

    /**
     * @param before test vectors of the untrained network, first seed
     * @param after test vectors of the first loss, first seed
     */
    record Galleries(FloatMatrix before, FloatMatrix after) {}

    /** Main scores that the tables show: on the catalogue itself, and on the other one where there is one. */
    List<List<String>> mainScores() {
        return transfer.isPresent()
                ? List.of(ScoreNames.MAIN, ScoreNames.transferred(ScoreNames.MAIN))
                : List.of(ScoreNames.MAIN);
    }

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
