package io.anchorstream.model.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import static io.anchorstream.model.loss.LossOption.count;
import static io.anchorstream.model.loss.LossOption.number;
import static io.anchorstream.model.loss.LossOption.toggle;
import static io.anchorstream.model.loss.LossOption.word;

/** Declares the losses that compare items with something kept per label: proxies, centres, centroids. */
final class ClassLosses {
    private static final String RATE = "Learning rate of the proxies.";
    private static final String CAP = "Labels at most; beyond it the label idle longest is recycled.";

    private ClassLosses() {}

    static List<LossSpec> all() {
        return List.of(
                proxyAnchor(), softTriple(), adaptiveMarginProxy(), fastTriplet(), upperBound(), hardnessAware());
    }

    private static LossSpec proxyAnchor() {
        return proxies(
                "proxy-anchor",
                "Proxy-Anchor loss with proxies that grow with the labels (arXiv 2003.13911).",
                1,
                false,
                List.of(number("alpha", 32, "Sharpness on cosines."), number("delta", 0.1, "Margin on cosines.")),
                options -> new ProxyAnchorObjective(options.number("alpha", 1e-3, 1e3), options.number("delta", 0, 1)));
    }

    private static LossSpec softTriple() {
        return proxies(
                "soft-triple",
                "SoftTriple loss: several learnt centres per label, growing with the labels (arXiv 1909.05235).",
                3,
                true,
                List.of(
                        number("lambda", 20, "Scale of class similarities."),
                        number("gamma", 0.1, "Temperature of the softmax over a label's centres."),
                        number("delta", 0.01, "Margin on cosines."),
                        number("merge-weight", 0.2, "Weight of the penalty that merges superfluous centres.")),
                options -> new SoftTripleObjective(new SoftTripleObjective.Settings(
                        options.number("lambda", 1e-3, 1e3),
                        options.number("gamma", 1e-3, 1e3),
                        options.number("delta", 0, 1),
                        options.number("merge-weight", 0, 100))));
    }

    private static LossSpec adaptiveMarginProxy() {
        return proxies(
                "adaptive-margin-proxy",
                "Softmax over proxies whose margin grows with the distance of the texts (after arXiv 2006.14693).",
                1,
                false,
                List.of(
                        number("sharpness", 16, "Factor on cosines."),
                        number("beta", 0.05, "Margin on cosines between equal texts."),
                        number("sem-scale", 0.1, "Margin added per squared text distance."),
                        number("max-margin", 0.5, "Largest margin on cosines.")),
                options -> new AdaptiveMarginObjective(new AdaptiveMarginObjective.Settings(
                        options.number("sharpness", 1e-3, 1e3),
                        options.number("beta", 0, 2),
                        options.number("sem-scale", 0, 2),
                        options.number("max-margin", 0, 2))));
    }

    private static LossSpec proxies(
            String name,
            String doc,
            int rowsPerLabel,
            boolean presentOnly,
            List<LossOption> own,
            Function<LossOptions, ProxyObjective> objective) {
        List<LossOption> options = new ArrayList<>(own);
        if (rowsPerLabel > 1) {
            options.add(count("centres", rowsPerLabel, "Centres per label."));
        }
        options.add(count("labels", 10_000, CAP));
        options.add(toggle(
                "present-only",
                presentOnly,
                "Compare with the batch's labels alone, so that absent ones do not drift."));
        options.add(number("proxy-rate", 1e-2, RATE));
        options.add(number("proxy-decay", 1e-4, "Weight decay of the proxies."));
        return new LossSpec(
                name,
                doc,
                options,
                (values, seed) -> new ProxyMetricLoss(
                        objective.apply(values),
                        new ProxyMetricLoss.Settings(
                                rowsPerLabel > 1 ? (int) values.count("centres") : 1,
                                (int) values.count("labels"),
                                values.toggle("present-only"),
                                values.number("proxy-rate", 0, 1),
                                values.number("proxy-decay", 0, 1)),
                        seed));
    }

    private static LossSpec fastTriplet() {
        return new LossSpec(
                "fat",
                "Fast approximated triplet: items against running centroids, compactness, label distillation (arXiv 1912.07863).",
                List.of(
                        number("margin", 0.2, "How far other centroids must stay behind the own one."),
                        number("lambda", 0.1, "Weight of compactness."),
                        word(
                                "compactness",
                                "mean",
                                "mean distance of all items to their centroid, or radius: of those at their label's radius alone."),
                        word(
                                "negatives",
                                "all",
                                "all centroids, nearest five centroids, or batch: nearest five items."),
                        count("centroid-memory", 100, "Centroids and radii follow about this many items of a label."),
                        number("distillation", 0, "Weight of label distillation against noisy labels; 0 = off."),
                        number("temperature", 3, "Temperature of the teacher's opinion."),
                        number("confident", 0.7, "Share of items near enough to their centroid to teach the teacher."),
                        number("trust-steps", 500, "Steps in which the trust in given labels falls to 37 %."),
                        number("head-rate", 1e-2, "Learning rate of teacher and student."),
                        count("labels", 10_000, CAP)),
                (values, seed) -> new FastTripletLoss(
                        new FastTripletLoss.Settings(
                                values.number("margin", 0, 4),
                                values.number("lambda", 0, 100),
                                values.choice("negatives", FastTripletLoss.Negatives.class),
                                values.choice("compactness", FastTripletLoss.Compactness.class),
                                (int) Math.max(1, values.count("centroid-memory")),
                                (int) values.count("labels"),
                                true),
                        distillation(values)));
    }

    private static Optional<LabelDistillation> distillation(LossOptions values) {
        double weight = values.number("distillation", 0, 100);
        LabelDistillation.Settings settings = new LabelDistillation.Settings(
                weight,
                values.number("temperature", 0.1, 100),
                values.number("confident", 0, 1),
                values.number("trust-steps", 1, 1e9),
                values.number("head-rate", 0, 1),
                (int) values.count("labels"));
        return weight > 0 ? Optional.of(new LabelDistillation(settings)) : Optional.empty();
    }

    private static LossSpec upperBound() {
        return new LossSpec(
                "triplet-upper-bound",
                "Triplet upper bound with fixed centroids, labels placed by text (arXiv 1904.08720).",
                List.of(
                        word(
                                "centroids",
                                "simplex",
                                "simplex (k-means where it has too few corners), one-hot or k-means."),
                        count("slots", 0, "Labels at most; 0 = what fits the embedding's dimension exactly.")),
                (values, seed) -> new UpperBoundLoss(
                        new UpperBoundLoss.Settings(
                                values.choice("centroids", UpperBoundLoss.Frame.class), (int) values.count("slots")),
                        seed));
    }

    private static LossSpec hardnessAware() {
        return new LossSpec(
                "hdml",
                "Hardness-aware synthetic negatives with a generator, over triplets or N-pairs (arXiv 1903.05503).",
                List.of(
                        word("over", "triplet", "triplet or n-pair."),
                        number("margin", 0.2, "Of the triplets."),
                        number("scale", 16, "Of the N-pairs' cosines."),
                        number("alpha", 0.1, "Running loss at which negatives are pulled in by 63 %."),
                        number("beta", 0.5, "Generator loss at which synthetic tuples weigh 63 %."),
                        number("least-hardness", 0.3, "Negatives keep at least this share of their extra distance."),
                        number("soft-share", 0.5, "Share of the softmax loss in the generator's."),
                        count("hidden", 256, "Hidden units of the generator."),
                        number("generator-rate", 1e-3, "Learning rate of the generator."),
                        number("head-rate", 1e-2, "Learning rate of the softmax head."),
                        count("labels", 2_000, CAP)),
                (values, seed) -> {
                    boolean triplet = values.choice("over", Over.class) == Over.TRIPLET;
                    return new HardnessAwareLoss(
                            new HardnessAwareLoss.Settings(
                                    triplet
                                            ? new TupleLoss.Triplet(values.number("margin", 0, 4))
                                            : new TupleLoss.NPair(values.number("scale", 1e-3, 1e3)),
                                    values.number("alpha", 0, 1e6),
                                    values.number("beta", 0, 1e6),
                                    values.number("least-hardness", 0, 1),
                                    values.number("soft-share", 0, 1),
                                    triplet ? 1 : 5,
                                    values.toggle(SharedOptions.CONFIDENCE),
                                    (int) Math.max(1, values.count("hidden")),
                                    values.number("generator-rate", 0, 1),
                                    values.number("head-rate", 0, 1),
                                    (int) values.count("labels")),
                            seed);
                });
    }

    private enum Over {
        TRIPLET,
        N_PAIR
    }
}
