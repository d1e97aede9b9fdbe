package io.anchorstream.topology.training;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.anchorstream.avro.TrainingStep;
import io.anchorstream.model.training.StepResult;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what each step measured to {@code training.steps}; a loss there stops nothing. Owns its producer. */
final class StepLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StepLog.class);

    private final Producer<String, byte[]> producer;
    private final TrainingTopics topics;
    private final Clock clock;

    StepLog(Producer<String, byte[]> producer, TrainingTopics topics, Clock clock) {
        this.producer = producer;
        this.topics = topics;
        this.clock = clock;
    }

    /**
     * @param version that the step's weights grew from
     * @param nextOffset of {@code training.batches}
     * @param stepsLeft until the next version
     * @param seconds that the step took
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback reports a failure
    void publish(StepResult result, long version, int images, long nextOffset, long stepsLeft, double seconds) {
        Map<String, Double> metrics = new HashMap<>(result.metrics());
        // Offsets are committed with versions only; this tells how far the steps between them have come.
        metrics.put("input.next_offset", (double) nextOffset);
        metrics.put("version.steps_left", (double) stepsLeft);
        TrainingStep step = TrainingStep.newBuilder()
                .setStep(result.step())
                .setVersion(version)
                .setLoss(result.loss())
                .setActiveShare(result.activeShare())
                .setValidAnchors(result.validAnchors())
                .setPrequentialRecallAt1(result.prequentialRecallAt1())
                .setGradientNorm(result.gradientNorm())
                .setLearningRate(result.learningRate())
                .setSkipped(result.skipped().orElse(null))
                .setMetrics(metrics)
                .setImages(images)
                .setSeconds(seconds)
                .setTimestamp(clock.millis())
                .build();
        byte[] value = topics.stepSerde().serializer().serialize(topics.steps(), step);
        producer.send(new ProducerRecord<>(topics.steps(), Long.toString(result.step()), value), (sent, failure) -> {
            if (failure != null) {
                LOG.warn("the measurements of step {} are lost", result.step(), failure);
            }
        });
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
