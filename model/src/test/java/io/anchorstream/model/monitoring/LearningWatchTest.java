package io.anchorstream.model.monitoring;

import java.util.Map;
import java.util.SplittableRandom;

import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.LossResult;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LearningWatchTest {
    private final LearningWatch watch = new LearningWatch();
    private final SplittableRandom random = new SplittableRandom(2);

    private void items(int count, double hitRate, double newLabels) {
        for (int i = 0; i < count; i++) {
            if (random.nextDouble() < newLabels) {
                watch.scores().withoutRelevant();
            } else {
                watch.scores().scored(random.nextDouble() < hitRate, (float) hitRate);
            }
        }
    }

    private static LossResult result(double loss, double spread, double active) {
        return new LossResult(loss, FloatMatrix.zeros(1, 1), 8, active, Map.of("embedding.spread", spread));
    }

    @Test
    void raisesDriftWhenSeveralSignalsTurnForTheWorse() {
        items(1000, 0.9, 0.05);
        assertThat(watch.drifted()).isFalse();

        items(300, 0.3, 0.6);

        assertThat(watch.drifted()).isTrue();
        assertThat(watch.drifted()).isFalse();
    }

    @Test
    void learningIsNoDrift() {
        for (int i = 0; i < 30; i++) {
            items(100, 0.3 + 0.02 * i, 0.5 - 0.015 * i);
        }
        assertThat(watch.drifted()).isFalse();
    }

    @Test
    void raisesCollapseOnceWhenTheSpaceIsGone() {
        int raised = 0;
        for (int i = 0; i < 60; i++) {
            raised += watch.observe(result(0.3 + 0.1 * (i % 3), 0.01, 0.8)).containsKey(LearningWatch.COLLAPSE) ? 1 : 0;
        }
        assertThat(raised).isEqualTo(1);
    }

    @Test
    void raisesCollapseWhenTheLossStandsAtItsPlateau() {
        int raised = 0;
        for (int i = 0; i < 60; i++) {
            raised +=
                    watch.observe(result(Math.log(2) + 1e-5 * (i % 2), 0.5, 1)).containsKey(LearningWatch.COLLAPSE)
                            ? 1
                            : 0;
        }
        assertThat(raised).isEqualTo(1);
    }

    @Test
    void ordinaryLearningRaisesNothing() {
        for (int i = 0; i < 100; i++) {
            Map<String, Double> metrics = watch.observe(result(1.0 / (i + 1), 0.7, 1));
            assertThat(LearningWatch.alarms(metrics)).isEmpty();
        }
    }

    @Test
    void theProbesAreTheFirstLabelledItemsAndStayTheSame() {
        ProbeSet probes = new ProbeSet(3);
        assertThat(probes.wants(7, -1)).isFalse();
        for (long item = 1; item <= 5; item++) {
            if (probes.wants(item, item / 3)) {
                probes.add(item, item / 3, new float[] {item, item});
            }
        }
        assertThat(probes.size()).isEqualTo(3);
        assertThat(probes.rows().row(2)).containsExactly(3f, 3f);
        assertThat(probes.wants(1, 0)).isFalse();
    }

    @Test
    void forgettingIsWhatIsLostOfTheBestRecall() {
        ProbeSet probes = new ProbeSet(4);
        for (long item = 0; item < 4; item++) {
            probes.add(item, item / 2, new float[1]);
        }
        FloatMatrix good = FloatMatrix.of(new float[][] {{1, 0}, {1, 0}, {0, 1}, {0, 1}});
        FloatMatrix bad = FloatMatrix.of(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}});

        ProbeSet.Measurement first = probes.measure(good);
        ProbeSet.Measurement second = probes.measure(bad);
        ProbeSet.Measurement third = probes.measure(bad);

        assertThat(first.metrics()).containsEntry("probe.recall_at_1", 1.0).containsEntry("probe.forgetting", 0.0);
        assertThat(first.forgets()).isFalse();
        assertThat(second.metrics()).containsEntry("probe.forgetting", 1.0).containsEntry("probe.drift", 0.5);
        assertThat(second.forgets()).isTrue();
        assertThat(third.forgets()).isFalse();
        assertThat(third.metrics()).containsEntry("probe.drift", 0.0).containsEntry("probe.overlap_at_10", 1.0);
    }

    @Test
    void everyAlarmSaysWhatItMeans() {
        assertThat(LearningWatch.NAMES)
                .allSatisfy(name -> assertThat(LearningWatch.meaning(name)).isNotBlank());
    }
}
