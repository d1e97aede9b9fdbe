package io.anchorstream.model.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import io.anchorstream.model.loss.AttributeTripletLoss.Description;

import static io.anchorstream.model.loss.LossOption.count;
import static io.anchorstream.model.loss.LossOption.number;
import static io.anchorstream.model.loss.LossOption.toggle;
import static io.anchorstream.model.loss.LossOption.word;

/** Declares the losses that are functions of pairs. */
final class PairLosses {
    private PairLosses() {}

    static List<LossSpec> all() {
        return List.of(
                adaptiveTriplet(),
                semiHard(),
                batchAll(),
                batchHard(),
                softMargin(),
                contrastive(),
                contrastiveWithMemory(),
                multiSimilarity(),
                lifted(),
                liftedGeneralised(),
                nPair(),
                logRatio(),
                recallSurrogate(),
                attributeTriplet());
    }

    private static LossSpec adaptiveTriplet() {
        return spec(
                "adaptive-triplet",
                "Triplet loss whose margin grows with the distance of the two descriptions (arXiv 1909.12939).",
                new Shared(1.0, 0.95),
                List.of(
                        number("beta", 0.2, "Margin between items whose texts are equal."),
                        number("sem-scale", -1, "Margin added per squared text distance; -1 = 1 / (4 - beta)."),
                        number("max-margin", 1.5, "Largest margin; squared distances of unit vectors end at 4."),
                        word("mining", "semi-hard", "Which triplets teach: semi-hard, hard, all or band."),
                        toggle(
                                "rank-by-margin",
                                false,
                                "Let semi-hard mining choose by distance - margin, as hard mining does.")),
                options -> {
                    TripletMining mining = options.choice("mining", TripletMining.class);
                    double beta = options.number("beta", 0, 4);
                    double scale = options.number("sem-scale", -1, 4);
                    return new TripletLoss(new TripletLoss.Settings(
                            Measure.SQUARED,
                            mining,
                            new Margin.Adaptive(
                                    beta, scale < 0 ? 1 / (4 - beta) : scale, options.number("max-margin", 0, 4)),
                            false,
                            false,
                            mining == TripletMining.HARD || options.toggle("rank-by-margin")));
                });
    }

    private static LossSpec semiHard() {
        return spec(
                "triplet-semi-hard",
                "FaceNet's triplet loss on squared distances, each positive pair with its semi-hard negative.",
                new Shared(0, 2),
                List.of(
                        number("margin", 0.2, "How far a negative must stay behind a positive."),
                        word("mining", "semi-hard", "semi-hard, or band for every triplet within the margin."),
                        word("distance", "squared", "squared or euclidean.")),
                options -> hinge(options, options.choice("mining", TripletMining.class), false));
    }

    private static LossSpec batchAll() {
        return spec(
                "triplet-batch-all",
                "Triplet loss, mean over all triplets above zero (arXiv 1703.07737).",
                new Shared(0, 2),
                List.of(
                        number("margin", 0.2, "How far a negative must stay behind a positive."),
                        word("distance", "euclidean", "squared or euclidean.")),
                options -> hinge(options, TripletMining.ALL, false));
    }

    private static LossSpec batchHard() {
        return spec(
                "triplet-batch-hard",
                "Triplet loss of each anchor's farthest positive and nearest negative (arXiv 1703.07737).",
                new Shared(0, 2),
                List.of(
                        number("margin", 0.2, "How far a negative must stay behind a positive."),
                        word("distance", "euclidean", "squared or euclidean.")),
                options -> hinge(options, TripletMining.HARD, true));
    }

    private static LossSpec softMargin() {
        return spec(
                "triplet-soft-margin",
                "Batch-hard with log(1 + exp) in place of the hinge: never quite satisfied (arXiv 1703.07737).",
                new Shared(0, 2),
                List.of(
                        word("mining", "hard", "hard, all or semi-hard."),
                        word("distance", "euclidean", "squared or euclidean.")),
                options -> new TripletLoss(new TripletLoss.Settings(
                        options.choice("distance", Measure.class),
                        options.choice("mining", TripletMining.class),
                        new Margin.Fixed(0),
                        true,
                        true,
                        false)));
    }

    private static LossSpec contrastive() {
        return spec(
                "contrastive",
                "Contrastive loss on distances: positives to 0, negatives beyond the margin.",
                new Shared(0, 2),
                List.of(
                        number("pos-margin", 0, "Positives nearer than this are left alone."),
                        number("neg-margin", 0.5, "Negatives farther than this are left alone.")),
                options -> new ContrastiveLoss(options.number("pos-margin", 0, 2), options.number("neg-margin", 0, 2)));
    }

    private static LossSpec contrastiveWithMemory() {
        return spec(
                "contrastive-xbm",
                "Contrastive loss on cosines with the cross-batch memory (arXiv 1912.06798).",
                new Shared(1, 2),
                List.of(number("margin", 0.5, "Negatives of a lower cosine are left alone.")),
                options -> new CosineContrastiveLoss(options.number("margin", -1, 1)));
    }

    private static LossSpec multiSimilarity() {
        return spec(
                "multi-similarity",
                "Multi-similarity loss with its miner (arXiv 1904.06627).",
                new Shared(0, 2),
                List.of(
                        number("alpha", 2, "Sharpness over positives."),
                        number("beta", 50, "Sharpness over negatives."),
                        number("base", 0.5, "Cosine that separates positives from negatives."),
                        number("epsilon", 0.1, "How far the miner looks beyond the hardest pair."),
                        toggle("mine", true, "Let the miner choose pairs; false = all pairs.")),
                options -> new MultiSimilarityLoss(new MultiSimilarityLoss.Settings(
                        options.number("alpha", 1e-3, 1e3),
                        options.number("beta", 1e-3, 1e3),
                        options.number("base", -1, 1),
                        options.number("epsilon", 0, 2),
                        options.toggle("mine"))));
    }

    private static LossSpec lifted() {
        return spec(
                "lifted-structured",
                "Lifted structured loss (arXiv 1511.06452).",
                new Shared(0, 2),
                List.of(
                        number("pos-margin", 0, "Taken off the distance of positives."),
                        number("neg-margin", 1, "Negatives farther than this hardly count.")),
                options -> new LiftedStructuredLoss(
                        options.number("pos-margin", 0, 2), options.number("neg-margin", 0, 4)));
    }

    private static LossSpec liftedGeneralised() {
        return spec(
                "lifted-structured-generalised",
                "Generalised lifted structured loss: all positives and negatives of an anchor at once (arXiv 1703.07737).",
                new Shared(0, 2),
                List.of(
                        number("pos-margin", 0, "Taken off the distance of positives."),
                        number("neg-margin", 1, "Negatives farther than this hardly count.")),
                options -> new GeneralisedLiftedLoss(
                        options.number("pos-margin", 0, 2), options.number("neg-margin", 0, 4)));
    }

    private static LossSpec nPair() {
        return spec(
                "n-pair",
                "N-pair loss: each positive pair against all negatives at once (Sohn 2016).",
                new Shared(0, 2),
                List.of(number("scale", 16, "Factor on cosines; 1 with normalise=false is the original.")),
                options -> new NPairLoss(options.number("scale", 1e-3, 1e3)));
    }

    private static LossSpec logRatio() {
        return spec(
                "log-ratio",
                "Log-ratio loss: distances in the ratios of the texts' distances (Kim et al. 2019).",
                new Shared(0, 2),
                List.of(number("floor", 0.1, "Squared distances below this count as this.")),
                options -> new LogRatioLoss(options.number("floor", 1e-6, 1)));
    }

    private static LossSpec recallSurrogate() {
        return spec(
                "recall-at-k",
                "Recall at 1 to 16 with sigmoids for its steps, against the memory, too (arXiv 2108.11179).",
                new Shared(1, 2),
                List.of(
                        number("rank-temperature", 0.01, "Of the sigmoid over cosines."),
                        number("recall-temperature", 1, "Of the sigmoid over ranks.")),
                options -> new RecallSurrogateLoss(
                        options.number("rank-temperature", 1e-3, 10), options.number("recall-temperature", 1e-3, 100)));
    }

    private static LossSpec attributeTriplet() {
        return spec(
                "aitl",
                "Batch-hard triplets plus attribute-aware identity-hard triplets by text or attributes (arXiv 2006.07597).",
                new Shared(0, 2),
                List.of(
                        number("margin", 0.3, "Margin of the batch-hard triplets."),
                        word("attributes", "text", "What tells positives apart: text, catalogue (attributes) or both."),
                        number("attribute-margin", 0, "Margin between far and near positives."),
                        number("attribute-weight", 1, "Weight of each attribute-aware part in the mean.")),
                PairLosses::attributeTriplet);
    }

    private static PairLoss attributeTriplet(LossOptions options) {
        Descriptions chosen = options.choice("attributes", Descriptions.class);
        double weight = options.number("attribute-weight", 0, 100);
        double whole = 1 + weight * (chosen == Descriptions.BOTH ? 2 : 1);
        List<PairLossSum.Part> parts = new ArrayList<>();
        parts.add(new PairLossSum.Part(
                new TripletLoss(new TripletLoss.Settings(
                        Measure.EUCLIDEAN,
                        TripletMining.HARD,
                        new Margin.Fixed(options.number("margin", 0, 4)),
                        false,
                        true,
                        false)),
                1 / whole));
        for (Description description : Description.values()) {
            if (chosen == Descriptions.BOTH || chosen.name().equals(description.name())) {
                parts.add(new PairLossSum.Part(
                        new AttributeTripletLoss(options.number("attribute-margin", 0, 4), description),
                        weight / whole));
            }
        }
        return new PairLossSum(parts);
    }

    private enum Descriptions {
        TEXT,
        CATALOGUE,
        BOTH
    }

    private static TripletLoss hinge(LossOptions options, TripletMining mining, boolean meanOverValid) {
        return new TripletLoss(new TripletLoss.Settings(
                options.choice("distance", Measure.class),
                mining,
                new Margin.Fixed(options.number("margin", 0, 4)),
                false,
                meanOverValid,
                false));
    }

    /** Defaults of the options that every pair loss has. */
    private record Shared(double memoryWeight, double falseNegativeCosine) {
        List<LossOption> options() {
            return List.of(
                    number(
                            "memory-weight",
                            memoryWeight,
                            "Weight of the loss against the cross-batch memory; 0 = off."),
                    count(
                            "memory-ramp",
                            0,
                            "Training steps over which the memory's weight grows; 0 = as soon as it is used."),
                    toggle("memory-match", false, "Move stale memory rows to the batches' running mean and spread."),
                    number("fn-tau", falseNegativeCosine, "Ignore negatives whose texts have this cosine or more."),
                    number("fp-tau", -2, "Ignore positives whose texts have a cosine below this."),
                    number(
                            "fp-quantile",
                            0,
                            "Ignore this share of the positives, those with the least alike texts, of the batch and of"
                                    + " the memory each."),
                    toggle("centre-text", true, "Take the running mean off text vectors before comparing them."),
                    toggle("normalise", true, "Compare unit vectors; false = as they leave the network, no memory."));
        }
    }

    private static LossSpec spec(
            String name, String doc, Shared shared, List<LossOption> own, Function<LossOptions, PairLoss> loss) {
        List<LossOption> options = new ArrayList<>(
                Stream.concat(own.stream(), shared.options().stream()).toList());
        return new LossSpec(
                name,
                doc,
                options,
                (values, seed) -> new PairMetricLoss(
                        loss.apply(values),
                        new PairMetricLoss.Settings(
                                values.toggle("normalise"),
                                values.number("memory-weight", 0, 100),
                                values.count("memory-ramp"),
                                values.number("fn-tau"),
                                values.number("fp-tau"),
                                values.number("fp-quantile", 0, 0.5),
                                values.toggle("centre-text"),
                                values.toggle("memory-match"))));
    }
}
