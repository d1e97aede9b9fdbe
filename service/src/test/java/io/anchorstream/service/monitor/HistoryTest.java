package io.anchorstream.service.monitor;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.avro.VersionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HistoryTest {

    @Test
    void spansTheWholeOfLearningInABoundedNumberOfPoints() {
        LearningHistory history = new LearningHistory();
        for (int step = 1; step <= 20_000; step++) {
            history.apply(step(step, 1.0 / step));
        }

        LearningHistory.LearningView view = history.view(600);

        assertThat(view.lastStep()).isEqualTo(20_000);
        assertThat(view.steps()).hasSizeBetween(300, 600);
        assertThat(view.steps().get(0).step()).isLessThan(200);
        assertThat(view.steps().get(view.steps().size() - 1).step()).isGreaterThan(19_900);
    }

    @Test
    void countsAReplayedStepOnce() {
        LearningHistory history = new LearningHistory();
        history.apply(step(1, 0.5));
        history.apply(step(2, 0.4));
        history.apply(step(1, 0.5));

        assertThat(history.view(600).steps()).hasSize(2);
        assertThat(history.lastStep()).isEqualTo(2);
    }

    @Test
    void keepsAlarmsWithTheirStepsAndCountsThemOnce() {
        LearningHistory history = new LearningHistory();
        TrainingStep step = step(3, 0.5);
        step.setMetrics(Map.of("alarm.drift", 1.0, "drift.miss", 0.5));
        history.apply(step(2, 0.4));
        history.apply(step);
        history.apply(step);

        assertThat(history.alarmCounts()).containsExactly(Map.entry("drift", 1L));
        assertThat(history.view(600).alarms()).singleElement().satisfies(alarm -> assertThat(alarm.step())
                .isEqualTo(3));
    }

    @Test
    void remembersThatAVersionWasPromotedAfterItWasRetired() {
        LearningHistory history = new LearningHistory();
        history.apply(version(VersionState.PROMOTED));
        history.apply(version(VersionState.RETIRED));

        LearningHistory.VersionView view = history.view(600).versions().get(0);
        assertThat(view.everPromoted()).isTrue();
        assertThat(view.state()).isEqualTo(VersionState.RETIRED);
    }

    @Test
    void countsDeadLettersByReasonAndRemembersTheLast() {
        DeadLetters letters = new DeadLetters();
        for (int i = 0; i < 100; i++) {
            letters.apply(letter("item-" + i, i % 4 == 0 ? "image-truncated" : "image-too-many-bytes"));
        }

        DeadLetters.DeadLetterView view = letters.view();
        assertThat(view.count()).isEqualTo(100);
        assertThat(view.byReason()).containsEntry("image-truncated", 25L).containsEntry("image-too-many-bytes", 75L);
        assertThat(view.last()).hasSize(30);
        assertThat(view.last().get(0).key()).isEqualTo("item-99");
    }

    @Test
    void turnsCountsIntoRates() {
        Rates rates = new Rates();
        rates.sample(1_000, Map.of("items", 10L));
        rates.sample(3_000, Map.of("items", 50L));

        assertThat(rates.perSecond()).containsEntry("items", 20.0);
    }

    @Test
    void aRateLooksBackHalfAMinuteAndItsTrailFive() {
        Rates rates = new Rates();
        for (int second = 0; second <= 400; second += 2) {
            rates.sample(second * 1_000L, Map.of("items", second < 300 ? 0L : (second - 300) * 10L));
        }

        assertThat(rates.perSecond()).containsEntry("items", 10.0);
        assertThat(rates.trails().get("items")).hasSize(30).startsWith(0.0).endsWith(10.0);
    }

    @Test
    void tellsTheLossOfTheBatchAloneAndWhyStepsTaughtNothing() {
        LearningHistory history = new LearningHistory();
        TrainingStep first = step(1, 2.0);
        first.setMetrics(Map.of("loss.metric", 0.5, "input.next_offset", 7.0));
        TrainingStep second = step(2, 2.2);
        TrainingStep third = step(3, 0);
        third.setSkipped("no valid anchor");
        history.apply(first);
        history.apply(second);
        history.apply(third);

        LearningHistory.LearningView view = history.view(600);
        assertThat(view.steps())
                .extracting(LearningHistory.StepPoint::metricLoss)
                .containsExactly(0.5, null);
        assertThat(view.skipReasons()).containsExactly(Map.entry("no valid anchor", 1L));
        assertThat(view.skippedSteps()).isEqualTo(1);
        assertThat(history.nextOffset()).hasValue(7);
    }

    @Test
    void followsTrainingBackToTheStepThatARollbackReturnedTo() {
        LearningHistory history = new LearningHistory();
        for (int number = 1; number <= 6; number++) {
            history.apply(step(number, number, Map.of("input.next_offset", (double) number)));
        }
        Map<String, Double> behindARollback = Map.of("input.next_offset", 7.0, "version.steps_left", 1.0);

        history.apply(step(3, 0.25, behindARollback));
        history.apply(step(2, 2, Map.of("input.next_offset", 2.0))); // a replay after a crash

        assertThat(history.lastStep()).isEqualTo(3);
        assertThat(history.stepsToVersion()).isEqualTo(1);
        assertThat(history.newestStep().orElseThrow().loss()).isEqualTo(0.25);
        assertThat(history.view(600).steps())
                .extracting(LearningHistory.StepPoint::step)
                .containsExactly(1L, 2L, 3L);
    }

    private static ConsumerRecord<byte[], byte[]> letter(String key, String reason) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>("dead", 0, 0, key.getBytes(StandardCharsets.UTF_8), new byte[3]);
        record.headers().add("anchorstream.reason", reason.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private static TrainingStep step(long number, double loss) {
        return TrainingStep.newBuilder()
                .setStep(number)
                .setVersion(0)
                .setLoss(loss)
                .build();
    }

    private static TrainingStep step(long number, double loss, Map<String, Double> metrics) {
        TrainingStep step = step(number, loss);
        step.setMetrics(metrics);
        return step;
    }

    private static ModelVersion version(VersionState state) {
        return ModelVersion.newBuilder()
                .setVersion(1)
                .setState(state)
                .setDimension(2)
                .setNetwork("{}")
                .setNetworkDigest("")
                .setWeightsDigest("")
                .setWeightsBytes(0)
                .setTimestamp(0)
                .build();
    }
}
