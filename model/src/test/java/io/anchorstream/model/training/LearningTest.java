package io.anchorstream.model.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Learning as a whole: what is learned on some classes must carry over to classes never seen. */
class LearningTest {
    private static final int CLASSES = 200;
    private static final int STEPS = 100;

    @Test
    void recallOnUnseenClassesRisesWellAboveTheUntrainedNetwork() {
        PyTorchModelRuntime runtime = new PyTorchModelRuntime(1, "cpu");
        HoldoutEvaluator evaluator = new HoldoutEvaluator(Runnable::run);
        List<HoldoutPicture> unseen = new ArrayList<>();
        for (int label = 1000; label < 1060; label++) {
            for (int variant = 0; variant < 4; variant++) {
                unseen.add(new HoldoutPicture(
                        GlyphPictures.picture(label, variant), label, Optional.empty(), Optional.empty(), false));
            }
        }
        TrainingConfig config = TrainingConfigs.of("hybrid", Map.of("input", "24", "width", "16", "hidden", "64"), 64);
        try (Trainer trainer = runtime.newTrainer(config)) {
            double before = recall(runtime, trainer, evaluator, unseen);
            for (int i = 0; i < STEPS; i++) {
                trainer.train(GlyphPictures.batch(i, CLASSES, 12));
            }
            double after = recall(runtime, trainer, evaluator, unseen);

            assertThat(before).isBetween(0.3, 0.5);
            assertThat(after).isGreaterThan(before + 0.1);
        }
    }

    private static double recall(
            PyTorchModelRuntime runtime, Trainer trainer, HoldoutEvaluator evaluator, List<HoldoutPicture> pictures) {
        try (Embedder embedder = runtime.load(trainer.artifact())) {
            Map<String, Double> scores = evaluator.scores(embedder, pictures);
            assertThat(scores.getOrDefault("embedding.std", 0.0) * Math.sqrt(embedder.dimension()))
                    .as("share of an even spread, which the gate wants above 0.1")
                    .isGreaterThan(0.1);
            return scores.getOrDefault("holdout.recall_at_1", Double.NaN);
        }
    }
}
