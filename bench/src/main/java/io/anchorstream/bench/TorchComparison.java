package io.anchorstream.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;

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
 * {@code bench torch}: our training loop beside a Python one of the same layers ({@code bench/torch_loop.py}). The two take
 * turns; the Python process inherits the processors this one may use, so that {@code taskset -c 0} binds both.
 */
@Command(
        name = "torch",
        mixinStandardHelpOptions = true,
        description = "Measures the training loop beside a Python torch loop of the same layers (needs python3-torch).")
final class TorchComparison implements Callable<Integer> {
    private static final int LABELS = 8;
    private static final int PER_LABEL = 4;
    private static final int INPUT = 48;
    private static final int DIMENSION = 128;
    private static final int WARM_UP = 20;

    @Option(names = "--turns", defaultValue = "3", description = "How often each runs (${DEFAULT-VALUE}).")
    private int turns;

    @Option(names = "--steps", defaultValue = "100", description = "Steps a turn (${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--threads", defaultValue = "1", description = "Of the engine, for both (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--python", defaultValue = "python3", description = "With torch (${DEFAULT-VALUE}).")
    private String python = "python3";

    @Option(
            names = "--script",
            defaultValue = "bench/torch_loop.py",
            description = "The loop in Python (${DEFAULT-VALUE}).")
    private Path script = Path.of("bench/torch_loop.py");

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isRegularFile(script)) {
            System.err.println("there is no " + script + "; run this from the project's folder or name it by --script");
            return 2;
        }
        double[] ours = new double[turns];
        double[] theirs = new double[turns];
        for (int turn = 0; turn < turns; turn++) {
            ours[turn] = train();
            theirs[turn] = torch();
            System.err.printf(Locale.ROOT, "turn %d: %.0f and %.0f images/s%n", turn + 1, ours[turn], theirs[turn]);
        }
        double[] ratios = new double[turns];
        Arrays.setAll(ratios, turn -> ours[turn] / theirs[turn]);
        System.out.printf(
                Locale.ROOT,
                "%nresnet, %d px, batches of %d x %d, %d thread(s), Java %s%n%n"
                        + "| what | Anchorstream | Python torch | ratio | goal |%n|---|---|---|---|---|%n"
                        + "| training loop, images/s | %.0f | %.0f | %.2f (%.2f to %.2f) | ≥ 1.0 |%n",
                INPUT,
                LABELS,
                PER_LABEL,
                threads,
                Runtime.version(),
                median(ours),
                median(theirs),
                median(ratios),
                DoubleStream.of(ratios).min().orElse(0),
                DoubleStream.of(ratios).max().orElse(0));
        return 0;
    }

    private double train() {
        TrainingConfig config = Learning.config(Settings.resolve(
                Keys.all(),
                List.of(new Settings.Layer(
                        "bench",
                        Map.of(
                                Keys.NETWORK.name(), "resnet",
                                Keys.NETWORK_OPTIONS.name(), "input=" + INPUT,
                                Keys.DIMENSION.name(), Integer.toString(DIMENSION),
                                Keys.LOSS.name(), "adaptive-triplet",
                                Keys.LOSS_OPTIONS.name(), "semantic-weight=0",
                                Keys.ENGINE_THREADS.name(), Integer.toString(threads),
                                Keys.DEVICE.name(), "cpu")))));
        List<TrainingBatch> batches = SyntheticBatches.of(8, LABELS, PER_LABEL, config.imageSize());
        try (Trainer trainer = new PyTorchModelRuntime(threads, "cpu").newTrainer(config)) {
            long began = 0;
            trainer.prefetch(batches.get(0));
            for (int step = 0; step < WARM_UP + steps; step++) {
                if (step == WARM_UP) {
                    began = System.nanoTime();
                }
                trainer.prefetch(batches.get((step + 1) % batches.size()));
                trainer.train(batches.get(step % batches.size()));
            }
            return (double) steps * LABELS * PER_LABEL * 1e9 / (System.nanoTime() - began);
        }
    }

    private double torch() throws IOException, InterruptedException {
        int imageSize = Settings.resolve(Keys.all(), List.of()).get(Keys.IMAGE_SIZE);
        ProcessBuilder builder = new ProcessBuilder(
                python,
                script.toString(),
                Integer.toString(imageSize),
                Integer.toString(INPUT),
                Integer.toString(LABELS),
                Integer.toString(PER_LABEL),
                "1",
                Integer.toString(steps),
                Integer.toString(threads));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(script + " failed; install torch for " + python
                    + " (apt-get install python3-torch) or name another by" + " --python");
        }
        return output.lines()
                .filter(line -> line.startsWith("images/s "))
                .mapToDouble(line -> Double.parseDouble(line.substring("images/s ".length())))
                .findFirst()
                .orElseThrow(() -> new IOException(script + " printed no images/s but: " + output));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
