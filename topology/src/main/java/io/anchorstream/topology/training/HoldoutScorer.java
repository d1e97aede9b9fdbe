package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutSheet;

/** Scores models on the hold-out. Deterministic: the same model and items give the same numbers. */
public interface HoldoutScorer {

    /** Vectors and scores, in all and query by query; names without meaning here are left out. */
    HoldoutSheet score(Embedder model, List<HoldoutExample> items);

    /** Runs the parts of what else is measured on the hold-out; no result depends on it. */
    default Executor executor() {
        return Runnable::run;
    }

    /** The same retrieval scores of untrained descriptors, e.g. {@code hog.holdout.recall_at_1}. */
    Map<String, Double> baselines(List<HoldoutExample> items);
}
