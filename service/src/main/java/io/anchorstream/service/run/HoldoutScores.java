package io.anchorstream.service.run;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutEvaluator;
import io.anchorstream.model.training.HoldoutPicture;
import io.anchorstream.model.training.HoldoutSheet;
import io.anchorstream.topology.training.HoldoutExample;
import io.anchorstream.topology.training.HoldoutScorer;

/**
 * Lets the training loop score with the model's evaluator. The next version waits for the scores of the one before, and a
 * trainer that waits does not poll its group, which takes it for dead after ten minutes: however late new items are, they
 * hold up each score for a minute at most.
 */
record HoldoutScores(HoldoutEvaluator evaluator, Background threads) implements HoldoutScorer {
    static final Duration COURTESY = Duration.ofMinutes(1);

    /** Scores on these threads. */
    HoldoutScores(Background threads) {
        this(new HoldoutEvaluator(threads), threads);
    }

    @Override
    public HoldoutSheet score(Embedder model, List<HoldoutExample> items) {
        threads.courteousFor(COURTESY);
        return evaluator.sheet(model, pictures(items));
    }

    @Override
    public Executor executor() {
        return threads;
    }

    @Override
    public Map<String, Double> baselines(List<HoldoutExample> items) {
        return evaluator.baselines(pictures(items));
    }

    private static List<HoldoutPicture> pictures(List<HoldoutExample> items) {
        return items.stream()
                .map(item -> new HoldoutPicture(
                        item.image(),
                        item.label(),
                        item.truth().flatMap(HoldoutExample.Truth::group),
                        item.truth().flatMap(HoldoutExample.Truth::domain),
                        item.truth().map(HoldoutExample.Truth::test).orElse(false)))
                .toList();
    }
}
