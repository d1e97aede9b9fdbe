package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The result as text, for a terminal and for Markdown alike. */
final class ConsoleTable {
    private ConsoleTable() {}

    static List<String> of(BacktestResult result) {
        List<String> lines = new ArrayList<>();
        lines.add("Scores on " + result.catalogue().test().size() + " pictures of unseen groups, in per cent: mean over"
                + " seeds +- half-width of the 95 % confidence interval (Student's t)");
        lines.add("");
        lines.addAll(markdown(scores(result, ScoreNames.MAIN)));
        List<String> transferred = ScoreNames.transferred(ScoreNames.MAIN);
        result.transfer().ifPresent(to -> {
            lines.add("");
            lines.add("The same networks on " + to.test().size() + " pictures of " + to.name()
                    + ", of which nothing was learned");
            lines.add("");
            lines.addAll(markdown(scores(result, transferred)));
        });
        for (List<String> names : result.mainScores()) {
            lines.add("");
            lines.add(
                    "Differences seed by seed, in points (relative); * = the interval leaves out 0; best raw features: per"
                            + " score, named in the cell");
            lines.add("");
            lines.addAll(markdown(comparisons(result, names)));
        }
        lines.add("");
        lines.add("Weak labels against group_id, in per cent");
        lines.add("");
        lines.addAll(markdown(labels(result)));
        return lines;
    }

    private static List<List<String>> scores(BacktestResult result, List<String> names) {
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("run"));
        names.forEach(name -> head.add(ScoreNames.shortOf(name)));
        head.add("images");
        table.add(head);
        for (BacktestResult.Row row : result.rows()) {
            List<String> cells = new ArrayList<>(List.of(row.title()));
            names.forEach(name -> cells.add(percent(row.score(name))));
            cells.add(String.format(
                    Locale.ROOT,
                    "%.0f",
                    row.runs().stream()
                            .mapToInt(BacktestRun::gradientImages)
                            .average()
                            .orElse(0)));
            table.add(cells);
        }
        return table;
    }

    private static List<List<String>> comparisons(BacktestResult result, List<String> names) {
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("run", "minus"));
        names.forEach(name -> head.add(ScoreNames.shortOf(name)));
        table.add(head);
        Map<String, Map<String, Comparison>> byPair = new java.util.LinkedHashMap<>();
        Comparison.of(result).forEach(found -> byPair.computeIfAbsent(
                        found.one() + "\t" + found.against(), unseen -> new java.util.HashMap<>())
                .put(found.score(), found));
        byPair.forEach((pair, scores) -> {
            List<String> cells = new ArrayList<>(List.of(pair.split("\t", -1)));
            names.forEach(name -> {
                Comparison found = scores.get(name);
                cells.add(found == null ? "" : difference(found) + (found.bestRaw() ? " " + found.other() : ""));
            });
            table.add(cells);
        });
        return table;
    }

    static String difference(Comparison found) {
        return String.format(
                Locale.ROOT,
                "%+.1f%s%s%s",
                100 * found.difference().mean(),
                Double.isNaN(found.difference().halfWidth())
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " +- %.1f",
                                100 * found.difference().halfWidth()),
                Double.isFinite(found.relative())
                        ? String.format(Locale.ROOT, " (%+.1f %%)", 100 * found.relative())
                        : "",
                found.difference().differsFromZero() ? "*" : "");
    }

    private static List<List<String>> labels(BacktestResult result) {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of(
                "seed", "items", "groups", "clusters", "purity", "pair P", "pair R", "pair F1", "coverage", "sizes"));
        result.labels()
                .forEach((seed, quality) -> table.add(List.of(
                        Long.toString(seed),
                        Integer.toString(quality.items()),
                        Integer.toString(quality.groups()),
                        Integer.toString(quality.clusters()),
                        percent(quality.purity()),
                        percent(quality.pairPrecision()),
                        percent(quality.pairRecall()),
                        percent(quality.pairF1()),
                        percent(quality.coverage()),
                        sizes(quality))));
        return table;
    }

    static String sizes(LabelQuality quality) {
        StringBuilder text = new StringBuilder();
        quality.sizes().forEach((size, count) -> {
            if (count > 0) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(count)
                        .append(" of ")
                        .append(size);
            }
        });
        return text.toString();
    }

    static String percent(Spread spread) {
        if (Double.isNaN(spread.mean())) {
            return "";
        }
        return Double.isNaN(spread.halfWidth())
                ? String.format(Locale.ROOT, "%.1f", 100 * spread.mean())
                : String.format(Locale.ROOT, "%.1f +- %.1f", 100 * spread.mean(), 100 * spread.halfWidth());
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static List<String> markdown(List<List<String>> table) {
        int columns = table.get(0).size();
        int[] width = new int[columns];
        table.forEach(row -> {
            for (int c = 0; c < columns; c++) {
                width[c] = Math.max(width[c], row.get(c).length());
            }
        });
        List<String> lines = new ArrayList<>();
        for (int r = 0; r < table.size(); r++) {
            lines.add(line(table.get(r), width));
            if (r == 0) {
                StringBuilder rule = new StringBuilder("|");
                for (int w : width) {
                    rule.append("-".repeat(w + 2)).append('|');
                }
                lines.add(rule.toString());
            }
        }
        return lines;
    }

    private static String line(List<String> cells, int[] width) {
        StringBuilder line = new StringBuilder("|");
        for (int c = 0; c < width.length; c++) {
            String cell = cells.get(c);
            line.append(' ')
                    .append(cell)
                    .append(" ".repeat(width[c] - cell.length()))
                    .append(" |");
        }
        return line.toString();
    }
}
