package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.anchorstream.service.backtest.BacktestRun.Point;

/** {@code report.html}: one file with everything in it, for people. */
final class ReportPage {
    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1d2330; --paper: #fbfbfc; --soft: #667085; --line: #d9dde5;
              --good: #15803d; --bad: #b42318; --c0: #2563eb; --c1: #d97706; --c2: #059669; --c3: #c026d3; --c4: #dc2626;
              --c5: #0891b2; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --paper: #14171d; --soft: #98a2b3;
              --line: #313845; --good: #4ade80; --bad: #f87171; --c0: #60a5fa; --c1: #fbbf24; --c2: #34d399; --c3: #e879f9;
              --c4: #f87171; --c5: #22d3ee; } }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
              max-width: 1180px; padding: 0 1rem; }
            h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
            p, li { color: var(--soft); max-width: 75ch; } code { font-size: .85em; overflow-wrap: anywhere; }
            .wide { overflow-x: auto; } .wide:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .86rem; }
            th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
            th:first-child, td:first-child { text-align: left; } thead th { color: var(--soft); font-weight: 600; }
            td.best { font-weight: 700; } td small { color: var(--soft); } td.more { color: var(--good); }
            td.less { color: var(--bad); } .text td { text-align: left; }
            .plot { width: 100%; max-width: 760px; } .plot text { fill: var(--soft); font-size: 11px; }
            .grid { stroke: var(--line); } .curve { fill: none; stroke-width: 2; } .dashed { stroke-dasharray: 5 4; }
            .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); }
            .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
            .gallery th, .gallery td { text-align: left; } .gallery img { border-radius: 5px; margin: 2px; border: 3px solid transparent; }
            .gallery img.hit { border-color: var(--good); }
            @media (max-width: 600px) {
              th, td { padding: .3rem .4rem; }
              th:first-child, td:first-child { position: sticky; left: 0; background: var(--paper); }
              td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 8.5rem; }
              .gallery th, .gallery td, .gallery td:first-child { white-space: normal; min-width: 0; }
              .gallery td:nth-child(n+2) { min-width: 134px; }
              .gallery img { width: 34px; height: 34px; }
              .plot { min-width: 36rem; }
            }
            """;

    private final BacktestResult result;
    private final StringBuilder page = new StringBuilder();

    private ReportPage(BacktestResult result) {
        this.result = result;
    }

    static String html(BacktestResult result) {
        return new ReportPage(result).build();
    }

    private String build() {
        BacktestCatalogue catalogue = result.catalogue();
        String title = "Backtest on " + Html.escape(catalogue.name());
        page.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\"")
                .append(" content=\"width=device-width, initial-scale=1\"><title>")
                .append(title)
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body><h1>")
                .append(title)
                .append("</h1>");
        paragraph(catalogue.train().size() + " items streamed, "
                + catalogue.test().size()
                + " items of unseen groups scored, " + catalogue.refused() + " lines left out, "
                + result.labels().size() + (result.labels().size() == 1 ? " seed." : " seeds.")
                + result.transfer()
                        .map(to -> " Also scored, without learning anything of it: " + to.name() + " ("
                                + to.test().size() + " items; columns \"to ...\").")
                        .orElse(""));
        page.append("<p><code>").append(Html.escape(result.command())).append("</code></p>");
        List<String> notes = Stream.concat(catalogue.notes().stream(), result.notes().stream())
                .toList();
        if (!notes.isEmpty()) {
            page.append("<ul>");
            notes.forEach(note -> page.append("<li>").append(Html.escape(note)).append("</li>"));
            page.append("</ul>");
        }
        scores();
        differences();
        curves();
        labels();
        result.galleries().ifPresent(this::neighbours);
        settings();
        return page.append("</body></html>\n").toString();
    }

    private void neighbours(BacktestResult.Galleries galleries) {
        heading("Neighbours before and after");
        paragraph("Before: the untrained network. After: "
                + result.runs().stream()
                        .filter(run -> run.control() == Control.NONE)
                        .map(BacktestRun::loss)
                        .findFirst()
                        .orElse("")
                + ", first seed. A seeded choice of test pictures; framed = the same product.");
        wide(
                "Neighbours before and after",
                new NeighbourGallery(result.catalogue().test()).html(galleries.before(), galleries.after()));
    }

    private void scores() {
        heading("Scores");
        paragraph(
                "Per cent, mean over seeds ± half-width of the 95 % confidence interval (Student's t). Instance scores:"
                        + " the same product. catR@1, nDCG and kw-nDCG are about meaning: same category, like text, shared"
                        + " keywords, with the query's own product out of the gallery. x: the answers come from other domains;"
                        + " pair: from one other domain at a time. Bold: the best of those that may see no group_id.");
        List<BacktestResult.Row> rows = result.rows();
        List<String> names = ScoreNames.all().stream()
                .filter(name -> rows.stream()
                        .anyMatch(row -> !Double.isNaN(row.score(name).mean())))
                .toList();
        open("Scores");
        page.append("<table><thead><tr><th>run</th>");
        names.forEach(name -> page.append("<th title=\"")
                .append(name)
                .append("\">")
                .append(ScoreNames.shortOf(name))
                .append("</th>"));
        page.append("<th>images</th><th>s</th></tr></thead><tbody>");
        for (BacktestResult.Row row : rows) {
            page.append("<tr><td title=\"")
                    .append(Html.escape(row.control().doc()))
                    .append("\">")
                    .append(Html.escape(row.title()))
                    .append("</td>");
            names.forEach(name -> cell(row, name, rows));
            cell(mean(row.runs().stream().map(run -> (double) run.gradientImages())));
            cell(mean(row.runs().stream().map(BacktestRun::seconds)));
            page.append("</tr>");
        }
        page.append("</tbody></table></div>");
    }

    private void cell(BacktestResult.Row row, String name, List<BacktestResult.Row> rows) {
        Spread spread = row.score(name);
        double best = rows.stream()
                .filter(other -> other.control() != Control.ORACLE_LABELS)
                .mapToDouble(other -> other.score(name).mean())
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(Double.NaN);
        page.append(spread.mean() >= best && row.control() != Control.ORACLE_LABELS ? "<td class=\"best\">" : "<td>");
        if (!Double.isNaN(spread.mean())) {
            page.append(String.format(Locale.ROOT, "%.1f", 100 * spread.mean()));
            if (!Double.isNaN(spread.halfWidth())) {
                page.append(String.format(Locale.ROOT, " <small>±%.1f</small>", 100 * spread.halfWidth()));
            }
        }
        page.append("</td>");
    }

    private void differences() {
        heading("Differences");
        paragraph("Seed by seed, in points: what two runs of a seed share cancels out. Coloured where the 95 % interval"
                + " leaves out 0. Best raw features: the best without a network at each score, named beside it.");
        Map<String, List<Comparison>> pairs = Comparison.of(result).stream()
                .collect(Collectors.groupingBy(
                        found -> found.one() + " − " + found.against(), LinkedHashMap::new, Collectors.toList()));
        open("Differences");
        page.append("<table><thead><tr><th>runs</th>");
        List<String> names = result.mainScores().stream().flatMap(List::stream).toList();
        names.forEach(
                name -> page.append("<th>").append(ScoreNames.shortOf(name)).append("</th>"));
        page.append("</tr></thead><tbody>");
        pairs.forEach((pair, found) -> {
            page.append("<tr><td>").append(Html.escape(pair)).append("</td>");
            for (String name : names) {
                String text = found.stream()
                        .filter(one -> one.score().equals(name))
                        .map(one -> (one.difference().differsFromZero()
                                        ? one.difference().mean() > 0 ? "<td class=\"more\">" : "<td class=\"less\">"
                                        : "<td>")
                                + Html.escape(ConsoleTable.difference(one)
                                        .replace("+- ", "±")
                                        .replace("*", ""))
                                + (one.bestRaw() ? " <small>" + Html.escape(one.other()) + "</small>" : ""))
                        .findFirst()
                        .orElse("<td>");
                page.append(text).append("</td>");
            }
            page.append("</tr>");
        });
        page.append("</tbody></table></div>");
    }

    private void curves() {
        heading("Learning curves");
        long seed = result.runs().get(0).seed();
        Map<String, Map<String, List<Point>>> plots = new LinkedHashMap<>();
        result.runs().stream()
                .filter(run -> run.control() == Control.NONE && run.seed() == seed)
                .forEach(run -> run.curves()
                        .forEach((name, points) -> plots.computeIfAbsent(name, unseen -> new LinkedHashMap<>())
                                .put(run.loss(), points)));
        plots.forEach((name, curves) -> {
            paragraph(name + " in per cent over gradient images, seed " + seed
                    + (name.startsWith("prequential")
                            ? ": each fresh item searched among earlier ones before it is learned, by weak label"
                            : ": test groups"));
            wide(name, CurvePlot.svg(curves));
        });
    }

    private void labels() {
        heading("Weak labels");
        paragraph(
                "In per cent against group_id, which labelling does not see. Coverage: items in clusters of two or more, which are"
                        + " those that can train.");
        open("Weak labels");
        page.append("<table><thead><tr><th>seed</th><th>items</th><th>groups</th><th>clusters</th>")
                .append("<th>purity</th><th>pair precision</th><th>pair recall</th><th>pair F1</th><th>coverage</th>")
                .append("<th>clusters by size</th></tr></thead><tbody>");
        result.labels().forEach((seed, quality) -> {
            page.append("<tr>");
            List<String> cells = new ArrayList<>(List.of(
                    Long.toString(seed),
                    Integer.toString(quality.items()),
                    Integer.toString(quality.groups()),
                    Integer.toString(quality.clusters())));
            Stream.of(
                            quality.purity(),
                            quality.pairPrecision(),
                            quality.pairRecall(),
                            quality.pairF1(),
                            quality.coverage())
                    .map(ConsoleTable::percent)
                    .forEach(cells::add);
            cells.add(ConsoleTable.sizes(quality));
            cells.forEach(this::cell);
            page.append("</tr>");
        });
        page.append("</tbody></table></div>");
    }

    private void settings() {
        heading("Settings");
        paragraph("Engine: " + result.engine());
        page.append("<details><summary>All keys in force</summary>");
        open("All keys in force");
        page.append("<table class=\"text\"><tbody>");
        result.settings().forEach((key, value) -> page.append("<tr><td>")
                .append(Html.escape(key))
                .append("</td><td>")
                .append(Html.escape(value))
                .append("</td></tr>"));
        page.append("</tbody></table></div></details>");
    }

    private static String mean(Stream<Double> values) {
        return String.format(Locale.ROOT, "%,.0f", Spread.of(values.toList()).mean());
    }

    private void cell(String text) {
        page.append("<td>").append(Html.escape(text)).append("</td>");
    }

    /** Begins what may be wider than the page: it scrolls by itself, with the keyboard too. */
    private void open(String name) {
        page.append("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .append(Html.escape(name))
                .append("\">");
    }

    private void wide(String name, String html) {
        open(name);
        page.append(html).append("</div>");
    }

    private void heading(String text) {
        page.append("<h2>").append(Html.escape(text)).append("</h2>");
    }

    private void paragraph(String text) {
        page.append("<p>").append(Html.escape(text)).append("</p>");
    }
}
