package io.anchorstream.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import io.anchorstream.model.loss.LossSpec;
import io.anchorstream.model.loss.Losses;
import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Learning;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench losses}: the step of every loss beside that of plain batch-hard on the same batches. The losses take turns,
 * so that whatever else the machine does falls on all of them, and medians are compared.
 */
@Command(
        name = "losses",
        mixinStandardHelpOptions = true,
        description = "Measures each loss's whole training step beside plain batch-hard on the same batches.")
final class LossTimes implements Callable<Integer> {
    private static final String REFERENCE = "triplet-batch-hard";
    private static final double GOAL = 1.3;
    private static final int WARM_UP = 8;
    private static final int LABELS = 16;
    private static final int PER_LABEL = 4;
    private static final int BATCHES = 8;

    @Option(names = "--rounds", defaultValue = "40", description = "Steps of each loss (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--loss", split = ",", description = "Losses to measure (all).")
    private List<String> chosen = List.of();

    @Option(
            names = "--memory",
            defaultValue = "0",
            description = "Rows of the cross-batch memory for all of them (${DEFAULT-VALUE}).")
    private int memory;

    @Override
    public Integer call() {
        List<String> names = Stream.concat(
                        Stream.of(REFERENCE),
                        (chosen.isEmpty() ? Losses.all().stream().map(LossSpec::name) : chosen.stream()))
                .distinct()
                .toList();
        PyTorchModelRuntime runtime = new PyTorchModelRuntime();
        Map<String, Trainer> trainers = new LinkedHashMap<>();
        Map<String, double[]> seconds = new LinkedHashMap<>();
        try {
            for (String name : names) {
                TrainingConfig config = Learning.config(Settings.resolve(
                        Keys.all(),
                        List.of(new Settings.Layer(
                                "bench",
                                Map.of(
                                        Keys.LOSS.name(),
                                        name,
                                        Keys.MEMORY_ROWS.name(),
                                        Integer.toString(memory),
                                        Keys.MEMORY_WARM_UP.name(),
                                        "0")))));
                trainers.put(name, runtime.newTrainer(config));
                seconds.put(name, new double[rounds]);
            }
            List<TrainingBatch> batches = SyntheticBatches.of(
                    BATCHES,
                    LABELS,
                    PER_LABEL,
                    Settings.resolve(Keys.all(), List.of()).get(Keys.IMAGE_SIZE));
            for (int round = -WARM_UP; round < rounds; round++) {
                TrainingBatch batch = batches.get(Math.floorMod(round, BATCHES));
                for (String name : names) {
                    step(trainers, name, batch, round, seconds);
                }
            }
        } finally {
            trainers.values().forEach(Trainer::close);
        }
        print(seconds);
        return 0;
    }

    @SuppressWarnings("NullAway") // every name has a trainer and times
    private static void step(
            Map<String, Trainer> trainers, String name, TrainingBatch batch, int round, Map<String, double[]> seconds) {
        long began = System.nanoTime();
        trainers.get(name).train(batch);
        if (round >= 0) {
            seconds.get(name)[round] = (System.nanoTime() - began) / 1e9;
        }
    }

    private void print(Map<String, double[]> seconds) {
        double reference = median(seconds.getOrDefault(REFERENCE, new double[1]));
        System.out.println(Runtime.getRuntime().availableProcessors() + " processors, Java " + Runtime.version() + ", "
                + LABELS + " x " + PER_LABEL + " pictures, memory of " + memory + " rows, median of " + rounds
                + " steps each, in turns");
        System.out.println();
        System.out.println("| loss | ms a step | of " + REFERENCE + " | goal |");
        System.out.println("|---|---|---|---|");
        seconds.forEach((name, times) -> {
            double ratio = median(times) / reference;
            boolean pairs = Losses.all().stream()
                    .filter(spec -> spec.name().equals(name))
                    .flatMap(spec -> spec.options().stream())
                    .anyMatch(option -> option.name().equals("memory-weight"));
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.2f | %s |",
                    name,
                    1000 * median(times),
                    ratio,
                    pairs ? (ratio <= GOAL ? "≤ 1.3" : "≤ 1.3, missed") : ""));
        });
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
