package io.anchorstream.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench torch}: our training loop beside a Python one of the same layers ({@code bench/torch_loop.py}). The two take
 * turns of a few seconds in processes that live on, so that what else the machine does meets both; the Python process
 * inherits the processors this one may use, so that {@code taskset -c 0} binds both. Python's loop runs as torch comes and
 * with the layout in memory that ours has. Ours also averages weights, scores and watches the stream.
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

    /** Turns that are not counted: the compiler has seen each step a hundred times then. */
    private static final int WARM_UP = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Option(names = "--turns", defaultValue = "9", description = "How often each runs (${DEFAULT-VALUE}).")
    private int turns;

    @Option(names = "--steps", defaultValue = "50", description = "Steps a turn (${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--threads", defaultValue = "1", description = "Of the engine, for both (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--python", description = "With torch (python3, else /usr/bin/python3: the first that has it).")
    private List<String> pythons = List.of("python3", "/usr/bin/python3");

    @Option(
            names = "--script",
            defaultValue = "bench/torch_loop.py",
            description = "The loop in Python (${DEFAULT-VALUE}).")
    private Path script = Path.of("bench/torch_loop.py");

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isRegularFile(script)) {
            return refused("there is no " + script + "; run this from the project's folder or name it by --script");
        }
        Optional<String> python = withTorch();
        if (python.isEmpty()) {
            return refused("no torch for " + String.join(" or ", pythons)
                    + "; install it (apt-get install python3-torch) or name a Python that has it by --python");
        }
        TrainingConfig config = config();
        PyTorchModelRuntime runtime = new PyTorchModelRuntime(threads, "cpu");
        double[] ours = new double[turns];
        double[] plain = new double[turns];
        double[] last = new double[turns];
        try (Trainer trainer = runtime.newTrainer(config);
                PythonLoop asItComes = new PythonLoop(command(python.get(), config.imageSize(), "plain"), threads);
                PythonLoop likeOurs =
                        new PythonLoop(command(python.get(), config.imageSize(), "channels-last"), threads)) {
            Loop loop = new Loop(trainer, SyntheticBatches.of(8, LABELS, PER_LABEL, config.imageSize()));
            for (int turn = -WARM_UP; turn < turns; turn++) {
                double[] speeds = {loop.round(steps), asItComes.round(), likeOurs.round()};
                System.err.printf(
                        Locale.ROOT,
                        "%s: %.0f, %.0f and %.0f images/s%n",
                        turn < 0 ? "warm-up" : "turn " + (turn + 1),
                        speeds[0],
                        speeds[1],
                        speeds[2]);
                if (turn >= 0) {
                    ours[turn] = speeds[0];
                    plain[turn] = speeds[1];
                    last[turn] = speeds[2];
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%nresnet, %d px, batches of %d x %d, %d thread(s), %d turns of %d steps, Java %s; engine %s, Python's torch %s%n%n"
                            + "| training loop | Anchorstream, images/s | Python torch, images/s | ratio | goal |%n"
                            + "|---|---|---|---|---|%n",
                    INPUT,
                    LABELS,
                    PER_LABEL,
                    threads,
                    turns,
                    steps,
                    Runtime.version(),
                    runtime.description().get("engine.version"),
                    asItComes.version());
        }
        print("as torch comes", ours, plain, "≥ 1.0");
        print("channels last in Python, too", ours, last, "–");
        return 0;
    }

    private static void print(String what, double[] ours, double[] theirs, String goal) {
        double[] ratios = new double[ours.length];
        Arrays.setAll(ratios, turn -> ours[turn] / theirs[turn]);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.2f (%.2f to %.2f) | %s |%n",
                what,
                median(ours),
                median(theirs),
                median(ratios),
                DoubleStream.of(ratios).min().orElse(0),
                DoubleStream.of(ratios).max().orElse(0),
                goal);
    }

    private int refused(String why) {
        spec.commandLine().getErr().println(why);
        return 2;
    }

    private Optional<String> withTorch() throws InterruptedException {
        for (String python : pythons) {
            if (hasTorch(python)) {
                return Optional.of(python);
            }
        }
        return Optional.empty();
    }

    private static boolean hasTorch(String python) throws InterruptedException {
        try {
            return new ProcessBuilder(python, "-c", "import torch")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    private TrainingConfig config() {
        return Learning.config(Settings.resolve(
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
    }

    private List<String> command(String python, int imageSize, String layout) {
        return List.of(
                python,
                script.toString(),
                Integer.toString(imageSize),
                Integer.toString(INPUT),
                Integer.toString(LABELS),
                Integer.toString(PER_LABEL),
                Integer.toString(steps),
                Integer.toString(threads),
                layout);
    }

    /** Ours: batches in turns, each prepared while the one before is learned from. */
    private static final class Loop {
        private final Trainer trainer;
        private final List<TrainingBatch> batches;
        private int step;

        Loop(Trainer trainer, List<TrainingBatch> batches) {
            this.trainer = trainer;
            this.batches = batches;
            trainer.prefetch(batches.get(0));
        }

        double round(int steps) {
            long began = System.nanoTime();
            for (int i = 0; i < steps; i++) {
                trainer.prefetch(batches.get((step + 1) % batches.size()));
                trainer.train(batches.get(step++ % batches.size()));
            }
            return (double) steps * LABELS * PER_LABEL * 1e9 / (System.nanoTime() - began);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
