package io.anchorstream.model.training;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.anchorstream.model.image.CanonicalImage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HoldoutEvaluatorTest {
    private final HoldoutEvaluator evaluator = new HoldoutEvaluator(Runnable::run);

    /** Takes the red and green of the first pixel for the vector. */
    private static final Embedder BY_COLOUR = new Embedder() {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public float[][] embed(List<CanonicalImage> images) {
            return images.stream()
                    .map(image -> new float[] {image.rgb()[0] == 1 ? 1 : 0, image.rgb()[0] == 1 ? 0 : 1})
                    .toArray(float[][]::new);
        }

        @Override
        public void close() {}
    };

    /** Takes the red of the first pixel for an angle. */
    private static final Embedder BY_SHADE = new Embedder() {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public float[][] embed(List<CanonicalImage> images) {
            return images.stream()
                    .map(image -> new float[] {
                        (float) Math.cos(image.rgb()[0] / 40.0), (float) Math.sin(image.rgb()[0] / 40.0)
                    })
                    .toArray(float[][]::new);
        }

        @Override
        public void close() {}
    };

    private static HoldoutPicture picture(int colour, long label, String group, String domain, boolean test) {
        byte[] rgb = new byte[16 * 16 * 3];
        rgb[0] = (byte) colour;
        return new HoldoutPicture(new CanonicalImage(16, rgb), label, Optional.of(group), Optional.of(domain), test);
    }

    @Test
    void scoresTheTestGroupsByTruthAndAllOthersByWeakLabel() {
        List<HoldoutPicture> pictures = List.of(
                picture(1, 10, "a", "x", true),
                picture(1, 10, "a", "y", true),
                picture(2, 11, "b", "x", true),
                picture(2, 12, "b", "y", true),
                picture(2, 12, "c", "x", false),
                picture(1, 12, "c", "y", false),
                picture(1, 10, "d", "y", false));

        assertThat(evaluator.scores(BY_COLOUR, pictures))
                .containsEntry("test.recall_at_1", 1.0)
                .containsEntry("test.cross_domain_recall_at_1", 1.0)
                .containsEntry("test.cross_domain_pair_recall_at_1", 1.0)
                .containsEntry("test.map_at_r", 1.0)
                // Both of label 12 would find one of their own among the test groups.
                .containsEntry("holdout.recall_at_1", 0.0)
                .containsKeys("holdout.recall_at_10", "holdout.map_at_r", "embedding.std");
    }

    @Test
    void theScoresQueryByQueryAverageToTheScoresInAll() {
        List<HoldoutPicture> pictures = List.of(
                picture(1, 10, "a", "x", true),
                picture(1, 5, "b", "x", false),
                picture(1, 5, "b", "y", false),
                picture(2, 5, "b", "z", false),
                picture(2, 6, "c", "x", false),
                picture(2, 7, "d", "x", false));

        HoldoutSheet sheet = evaluator.sheet(BY_COLOUR, pictures);

        assertThat(sheet.vectors().rows()).isEqualTo(6);
        assertThat(sheet.queries().recallAt1()).containsExactly(Double.NaN, 1, 1, 0, Double.NaN, Double.NaN);
        assertThat(Arrays.stream(sheet.queries().mapAtR())
                        .filter(value -> !Double.isNaN(value))
                        .average())
                .hasValue(sheet.scores().getOrDefault("holdout.map_at_r", -1.0));
        assertThat(sheet.scores()).containsEntry("holdout.recall_at_1", 2 / 3.0);
    }

    @Test
    void onManyThreadsItSaysTheSame() throws InterruptedException {
        Random random = new Random(4);
        List<HoldoutPicture> pictures = IntStream.range(0, 700)
                .mapToObj(i -> picture(random.nextInt(127), random.nextInt(40), "g" + i % 50, "d" + i % 3, i % 2 == 0))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            HoldoutSheet one = evaluator.sheet(BY_SHADE, pictures);
            HoldoutSheet many = new HoldoutEvaluator(threads).sheet(BY_SHADE, pictures);

            assertThat(one.scores().get("holdout.recall_at_1")).isStrictlyBetween(0.0, 1.0);
            assertThat(many.scores()).isEqualTo(one.scores());
            assertThat(many.vectors().values()).isEqualTo(one.vectors().values());
            assertThat(many.queries().mapAtR()).isEqualTo(one.queries().mapAtR());
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void leavesOutWhatHasNoMeaning() {
        List<HoldoutPicture> pictures = List.of(picture(1, -1, "a", "x", false), picture(2, -1, "b", "y", false));

        assertThat(evaluator.scores(BY_COLOUR, pictures)).containsOnlyKeys("embedding.std", "embedding.norm_error");
    }

    @Test
    void namesBaselinesByTheirDescriptor() {
        List<HoldoutPicture> pictures = List.of(
                picture(1, 1, "a", "x", true),
                picture(1, 1, "a", "y", true),
                picture(1, 2, "b", "x", false),
                picture(1, 2, "b", "y", false));

        assertThat(evaluator.baselines(pictures))
                .containsKeys(
                        "hog.test.cross_domain_recall_at_1",
                        "pixels.holdout.recall_at_1",
                        "histogram.test.cross_domain_pair_recall_at_1");
    }
}
