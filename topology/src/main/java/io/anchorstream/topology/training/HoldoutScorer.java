package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;

import io.anchorstream.model.training.Embedder;

/** Scores models on the hold-out. Deterministic: the same model and items give the same numbers. */
public interface HoldoutScorer {

    /** Scores by name, e.g. {@code holdout.recall_at_1}, {@code embedding.std}; names without meaning here are left out. */
    Map<String, Double> score(Embedder model, List<HoldoutExample> items);

    /** The same retrieval scores of untrained descriptors, e.g. {@code hog.holdout.recall_at_1}. */
    Map<String, Double> baselines(List<HoldoutExample> items);
}
