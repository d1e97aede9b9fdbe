package io.anchorstream.service.backtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.evaluation.RawBaselines;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Labelling;
import io.anchorstream.service.run.Learning;
import io.anchorstream.topology.labelling.LabelSettings;
import io.anchorstream.topology.labelling.LabellingFunctions;
import io.anchorstream.topology.labelling.LabellingRulesFile;

/** Compares losses on a recorded catalogue: plans the runs, runs them one after the other, keeps the scores. */
final class Backtest {
    private static final int CURVE_POINTS = 5;
    private static final String ORACLE = "functions: [{name: oracle, group: true, label: $0}]";

    private final Plan plan;
    private final BacktestCatalogue catalogue;
    private final String textEncoder;
    private final ModelRuntime runtime;
    private final LongSupplier nanos;
    private final Optional<BacktestCatalogue> transfer;
    private final Scoring scores;
    private final TrainingRun training;
    private final List<BacktestRun> runs = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Optional<BacktestResult.Galleries> galleries = Optional.empty();

    /**
     * What to run.
     *
     * @param seeds each loss runs once with each
     * @param controls of those that learn, which run beside each loss
     * @param command shown in the report
     */
    record Plan(
            List<LossChoice> losses,
            List<Long> seeds,
            int passes,
            Set<Control> controls,
            SettingsSource settings,
            String command) {
        Plan {
            losses = List.copyOf(losses);
            seeds = List.copyOf(seeds);
            controls = Set.copyOf(controls);
        }
    }

    /** Keeps a result that may be all there will ever be. */
    interface Keeper {
        void keep(BacktestResult soFar) throws IOException;
    }

    private interface Kept {
        void keep() throws IOException;
    }

    private record Streams(Recording weak, Recording oracle, Recording offline) {}

    /**
     * @param transfer another catalogue whose test groups are scored, too; nothing of it is learned from
     * @param textEncoder version of the text vectors
     */
    Backtest(
            Plan plan,
            BacktestCatalogue catalogue,
            Optional<BacktestCatalogue> transfer,
            String textEncoder,
            ModelRuntime runtime,
            LongSupplier nanos) {
        this.plan = plan;
        this.catalogue = catalogue;
        this.transfer = transfer;
        this.textEncoder = textEncoder;
        this.runtime = runtime;
        this.nanos = nanos;
        scores = new Scoring(catalogue, transfer);
        training = new TrainingRun(runtime, scores);
    }

    /**
     * @param line takes the progress line
     * @param keeper gets what there is after each run, so that a backtest that is stopped has not run for nothing
     * @throws IOException if the labelling rules cannot be read or the keeper cannot write
     */
    BacktestResult run(Consumer<String> line, Keeper keeper) throws IOException {
        Map<Long, Streams> streams = new LinkedHashMap<>();
        Map<Long, LabelQuality> labels = new LinkedHashMap<>();
        long total = 0;
        for (long seed : plan.seeds()) {
            Streams recorded = streams(seed);
            streams.put(seed, recorded);
            labels.put(seed, LabelQuality.of(catalogue.train(), recorded.weak().labels()));
            for (LossChoice loss : plan.losses()) {
                total += recorded.weak().gradientImages() * (fixedMargin(loss) ? 2L : 1L)
                        + images(Control.ORACLE_LABELS, recorded.oracle())
                        + images(Control.OFFLINE, recorded.offline());
            }
            if (recorded.weak().batches().isEmpty()) {
                notes.add("seed " + seed + ": no batch could be drawn, since fewer than two labels have two items; all"
                        + " learned rows are the untrained network");
            }
        }
        if (streams.values().stream()
                .allMatch(recorded -> recorded.weak().batches().isEmpty())) {
            throw new IllegalArgumentException(
                    "no mini-batch can be drawn from the " + catalogue.train().size()
                            + " items that are streamed: at least two labels need two items each, and one label in twenty is held"
                            + " out. Add items, or items with texts that resemble each other");
        }
        if (scores.answerable() == 0) {
            throw new IllegalArgumentException("none of the " + catalogue.test().size()
                    + " items that are scored has another one of its group, so that there is nothing to find: give"
                    + " the pictures of one product the same \"group_id\" in products.jsonl (two items or more a"
                    + " group; without the key each item is a group of its own). docs/learning.md, \"Your own"
                    + " catalogue\", tells what group_id, zs_split and domain mean");
        }
        if (plan.seeds().size() == 1) {
            notes.add("one seed has no spread: what differs here may be chance. A claim takes three seeds or more"
                    + " (--seeds 3)");
        }
        raw();
        BacktestProgress progress = new BacktestProgress(line, nanos, total);
        Optional<FloatMatrix> before = Optional.empty();
        Optional<FloatMatrix> after = Optional.empty();
        for (Map.Entry<Long, Streams> entry : streams.entrySet()) {
            FloatMatrix untrained = untrained(entry.getKey());
            before = before.isPresent() ? before : Optional.of(untrained);
            for (LossChoice loss : plan.losses()) {
                FloatMatrix learned =
                        compare(loss, entry.getKey(), entry.getValue(), progress, () -> keeper.keep(result(labels)));
                after = after.isPresent() ? after : Optional.of(learned);
            }
        }
        galleries = Optional.of(
                new BacktestResult.Galleries(scores.own(before.orElseThrow()), scores.own(after.orElseThrow())));
        return result(labels);
    }

    private long images(Control control, Recording stream) {
        return plan.controls().contains(control) ? stream.gradientImages() : 0;
    }

    private boolean fixedMargin(LossChoice loss) {
        return loss.adaptive() && plan.controls().contains(Control.FIXED_MARGIN);
    }

    private BacktestResult result(Map<Long, LabelQuality> labels) {
        return new BacktestResult(
                catalogue,
                transfer,
                plan.command(),
                plan.settings().with(Map.of()).printable(),
                runtime.description(),
                List.copyOf(runs),
                labels,
                List.copyOf(notes),
                galleries);
    }

    private Streams streams(long seed) throws IOException {
        Settings settings = plan.settings().with(Map.of(Keys.SEED.name(), Long.toString(seed)));
        LabelSettings label = Labelling.settings(settings);
        Recording weak = record(label, label.functions(), seed);
        return new Streams(
                weak,
                record(label, LabellingRulesFile.parse(ORACLE), seed),
                OfflineBatches.of(
                        weak, label.batching().labels(), label.batching().itemsPerLabel(), seed));
    }

    private Recording record(LabelSettings label, LabellingFunctions functions, long seed) {
        return RecordedStream.record(
                catalogue.train(),
                plan.passes(),
                new LabelSettings(
                        label.text(),
                        functions,
                        label.clustering(),
                        label.holdout(),
                        label.batching(),
                        label.partitions()),
                textEncoder,
                seed);
    }

    private void raw() {
        raw(Control.RAW_HOG, RawBaselines::orientedGradients);
        raw(Control.RAW_PIXELS, RawBaselines::pixels);
        raw(Control.RAW_COLOUR_HISTOGRAM, RawBaselines::colourHistogram);
    }

    private void raw(Control control, Function<List<CanonicalImage>, FloatMatrix> descriptor) {
        long began = nanos.getAsLong();
        Map<String, Double> found = scores.of(descriptor);
        long seed = plan.seeds().get(0);
        runs.add(unlearned(control, seed, found, began));
    }

    private FloatMatrix untrained(long seed) {
        long began = nanos.getAsLong();
        Settings settings = plan.losses().get(0).settings(plan.settings(), seed);
        FloatMatrix vectors = training.untrained(Learning.config(settings));
        runs.add(unlearned(Control.UNTRAINED, seed, scores.of(vectors), began));
        return vectors;
    }

    private BacktestRun unlearned(Control control, long seed, Map<String, Double> found, long began) {
        return new BacktestRun(
                BacktestRun.NO_LOSS,
                control,
                seed,
                found,
                0,
                0,
                0,
                seconds(began),
                digest(plan.settings().with(Map.of(Keys.SEED.name(), Long.toString(seed)))),
                version(),
                Map.of(),
                Map.of());
    }

    /** Runs a loss with its controls. */
    private FloatMatrix compare(LossChoice loss, long seed, Streams streams, BacktestProgress progress, Kept kept)
            throws IOException {
        boolean first = seed == plan.seeds().get(0);
        TrainingRun.Outcome online =
                learn(loss, Control.NONE, seed, streams.weak(), first ? CURVE_POINTS : 0, progress);
        kept.keep();
        Optional<Double> margin = Optional.ofNullable(online.metrics().get("margin.mean"));
        if (fixedMargin(loss) && margin.isPresent()) {
            learn(loss.withFixedMargin(margin.get()), Control.FIXED_MARGIN, seed, streams.weak(), 0, progress);
            kept.keep();
        }
        if (plan.controls().contains(Control.ORACLE_LABELS)) {
            learn(loss, Control.ORACLE_LABELS, seed, streams.oracle(), 0, progress);
            kept.keep();
        }
        if (plan.controls().contains(Control.OFFLINE)) {
            learn(loss, Control.OFFLINE, seed, streams.offline(), 0, progress);
            kept.keep();
        }
        return online.vectors();
    }

    private TrainingRun.Outcome learn(
            LossChoice loss, Control control, long seed, Recording stream, int points, BacktestProgress progress) {
        long began = nanos.getAsLong();
        Settings settings = loss.settings(plan.settings(), seed);
        String what = loss.title() + (control == Control.NONE ? "" : ", " + control.id()) + ", seed " + seed;
        TrainingRun.Outcome outcome = training.train(
                Learning.config(settings), stream.batches(), points, images -> progress.add(images, what));
        Map<String, Double> found = scores.of(outcome.vectors());
        if (found.isEmpty()) {
            notes.add(what + ": its vectors are not numbers, so there are no scores of it");
        }
        runs.add(new BacktestRun(
                loss.title(),
                control,
                seed,
                found,
                outcome.gradientImages(),
                outcome.steps(),
                outcome.skipped(),
                seconds(began),
                digest(settings),
                version(),
                outcome.metrics(),
                outcome.curves()));
        return outcome;
    }

    private double seconds(long began) {
        return (nanos.getAsLong() - began) / 1e9;
    }

    private static String digest(Settings settings) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(settings.printable())
                .forEach((key, value) ->
                        text.append(key).append('=').append(value).append('\n'));
        return Sha256.hex(text.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 32);
    }

    private static String version() {
        return Optional.ofNullable(Backtest.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
