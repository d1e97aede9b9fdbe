package io.anchorstream.service.backtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** {@code results.json}: everything that was measured, for programs. */
final class ResultsFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ResultsFile() {}

    /** Replaces the file in one move: whoever reads it finds this result or the one before, never half of one. */
    static void write(Path file, BacktestResult result) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(next, json(result));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static String json(BacktestResult result) {
        ObjectNode root = JSON.createObjectNode();
        root.put("command", result.command());
        ObjectNode catalogue = root.putObject("catalogue");
        catalogue.put("name", result.catalogue().name());
        catalogue.put("train_items", result.catalogue().train().size());
        catalogue.put("test_items", result.catalogue().test().size());
        catalogue.put("refused_lines", result.catalogue().refused());
        texts(catalogue.putArray("notes"), result.catalogue().notes());
        result.transfer().ifPresent(to -> {
            ObjectNode other = root.putObject("transfer");
            other.put("name", to.name());
            other.put("test_items", to.test().size());
            texts(other.putArray("notes"), to.notes());
        });
        texts(root.putArray("notes"), result.notes());
        root.put("complete", result.galleries().isPresent());
        values(root.putObject("engine"), result.engine());
        values(root.putObject("settings"), result.settings());
        ArrayNode runs = root.putArray("runs");
        result.runs().forEach(run -> write(runs.addObject(), run));
        ArrayNode labels = root.putArray("weak_labels");
        result.labels().forEach((seed, quality) -> write(labels.addObject(), seed, quality));
        ArrayNode summary = root.putArray("summary");
        for (BacktestResult.Row row : result.rows()) {
            ObjectNode node = summary.addObject();
            node.put("loss", row.loss());
            node.put("control", row.control().id());
            node.put("seeds", row.runs().size());
            ObjectNode scores = node.putObject("scores");
            ScoreNames.all().forEach(name -> spread(scores, name, row.score(name)));
        }
        ArrayNode comparisons = root.putArray("comparisons");
        for (Comparison found : Comparison.of(result)) {
            ObjectNode node = comparisons.addObject();
            node.put("run", found.one());
            node.put("minus", found.other());
            if (found.bestRaw()) {
                node.put("best_raw", true);
            }
            node.put("score", found.score());
            spread(node, "difference", found.difference());
            if (Double.isFinite(found.relative())) {
                node.put("relative", found.relative());
            }
        }
        return root.toPrettyString() + "\n";
    }

    private static void write(ObjectNode node, BacktestRun run) {
        node.put("loss", run.loss());
        node.put("control", run.control().id());
        node.put("seed", run.seed());
        ObjectNode scores = node.putObject("scores");
        run.scores().forEach(scores::put);
        node.put("gradient_images", run.gradientImages());
        node.put("steps", run.steps());
        node.put("skipped_steps", run.skippedSteps());
        node.put("seconds", run.seconds());
        node.put("config_digest", run.configDigest());
        node.put("version", run.version());
        ObjectNode metrics = node.putObject("metrics");
        run.metrics().forEach(metrics::put);
        ObjectNode curves = node.putObject("curves");
        run.curves().forEach((name, points) -> {
            ArrayNode curve = curves.putArray(name);
            points.forEach(point -> curve.addObject()
                    .put("gradient_images", point.gradientImages())
                    .put("value", point.value()));
        });
    }

    private static void write(ObjectNode node, long seed, LabelQuality quality) {
        node.put("seed", seed);
        node.put("items", quality.items());
        node.put("labelled", quality.labelled());
        node.put("groups", quality.groups());
        node.put("clusters", quality.clusters());
        node.put("purity", quality.purity());
        node.put("pair_precision", quality.pairPrecision());
        node.put("pair_recall", quality.pairRecall());
        node.put("pair_f1", quality.pairF1());
        node.put("coverage", quality.coverage());
        ObjectNode sizes = node.putObject("clusters_by_size");
        quality.sizes().forEach(sizes::put);
    }

    private static void spread(ObjectNode node, String name, Spread spread) {
        if (Double.isNaN(spread.mean())) {
            return;
        }
        ObjectNode value = node.putObject(name);
        value.put("mean", spread.mean());
        if (Double.isFinite(spread.halfWidth())) {
            value.put("half_width_95", spread.halfWidth());
        }
    }

    private static void texts(ArrayNode node, List<String> texts) {
        texts.forEach(node::add);
    }

    private static void values(ObjectNode node, Map<String, String> values) {
        values.forEach(node::put);
    }
}
