package io.anchorstream.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the roles of the service beside bare loops on the same data and prints the ratios. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the service beside bare loops on the same data, in one run, and prints a table.",
            "\"bench jmh [pattern]\" runs the JMH benchmarks instead."
        })
final class SideBySide implements Callable<Integer> {
    private static final List<String> STAGES = List.of("freshness", "labelling", "training", "refresh");

    @Option(names = "--items", defaultValue = "4000", description = "Pictograms to measure with (${DEFAULT-VALUE}).")
    private int items;

    @Option(
            names = "--rate",
            defaultValue = "50",
            description = "Items a second of the freshness run (${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--only",
            split = ",",
            description = "Stages to run: freshness, labelling, training, refresh (all; training and refresh need"
                    + " labelling, which is then run too).")
    private Set<String> only = new LinkedHashSet<>(STAGES);

    @Option(
            names = "--pictures",
            defaultValue = "data/bench/pictograms",
            description = "Where the drawn pictograms are kept for the next run (${DEFAULT-VALUE}).")
    private Path pictures = Path.of("data/bench/pictograms");

    @Override
    public Integer call() throws Exception {
        if (!STAGES.containsAll(only)) {
            System.err.println("--only takes " + STAGES + ", not " + only);
            return 2;
        }
        List<Measurement> results = new ArrayList<>();
        try (Stack stack = new Stack()) {
            Settings settings = stack.settings("full", Map.of());
            StageClock clock =
                    new StageClock(pictures.resolveSibling("stage-seconds.properties"), items, SideBySide::say);
            say(items + " items; pictograms are kept in " + pictures);
            int drawn = only.contains("freshness") ? Math.max(items, FreshnessStage.items(rate)) : items;
            Catalogue all = clock.run(
                    "drawing pictograms", () -> Catalogue.draw(pictures, drawn, settings.get(Keys.IMAGE_SIZE)));
            Catalogue catalogue = all.first(items);
            if (only.contains("freshness")) {
                add(
                        results,
                        clock.run(
                                "freshness with all roles at " + (int) rate + " items/s",
                                () -> FreshnessStage.run(settings, all.items(), rate)));
            }
            if (only.contains("labelling")) {
                Settings decoding = stack.settings("decode", Map.of(Keys.TEXT_ENCODER.name(), "hashed"));
                add(
                        results,
                        List.of(clock.run(
                                "labelling with decoding", () -> LabellingStage.run(decoding, catalogue, false))));
            }
            Settings shared = stack.settings("canonical", Map.of(Keys.TEXT_ENCODER.name(), "hashed"));
            if (only.contains("labelling") || only.contains("training") || only.contains("refresh")) {
                add(
                        results,
                        List.of(clock.run(
                                "labelling of canonical pictures", () -> LabellingStage.run(shared, catalogue, true))));
            }
            if (only.contains("training")) {
                add(results, clock.run("training on the batches just drawn", () -> TrainingStage.run(shared)));
            }
            if (only.contains("refresh")) {
                add(
                        results,
                        clock.run("refresh of the items just labelled", () -> RefreshStage.run(shared, catalogue)));
            }
        }
        System.out.println();
        System.out.println(Runtime.getRuntime().availableProcessors() + " processors, Java " + Runtime.version() + ", "
                + items + " items");
        System.out.println();
        System.out.println(Measurement.HEADER);
        results.forEach(result -> System.out.println(result.row()));
        return 0;
    }

    private static void add(List<Measurement> results, List<Measurement> more) {
        more.forEach(result -> say("  " + result.row()));
        results.addAll(more);
    }

    private static void say(String text) {
        System.err.println(text);
    }
}
