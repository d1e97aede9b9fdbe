package io.anchorstream.service.operate;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.topology.versions.TopicReader;
import io.anchorstream.topology.versions.VersionHistory;
import io.anchorstream.topology.versions.WeightReader;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends commands to the trainer over {@code model.commands} and finds their answers on {@code model.versions}; reads
 * versions and weights. A command id is answered once, so that sending the same id again finds the first answer.
 */
public final class ModelDesk {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Cluster cluster;
    private final Clock clock;

    public ModelDesk(Cluster cluster, Clock clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    /**
     * What became of a command.
     *
     * @param text what was done, or why not, in a sentence
     * @param serving the version in service after it
     */
    public record Answer(String id, boolean accepted, String text, long serving, long generation) {}

    /** The versions as they are now. */
    public VersionHistory history() {
        VersionHistory history = new VersionHistory();
        try (TopicReader<ModelVersion> events = events()) {
            while (!events.caughtUp()) {
                take(events.poll(POLL), history, "");
            }
        }
        return history;
    }

    /**
     * Sends a command, unless one of its id was answered before, and waits for the answer.
     *
     * @return empty when no trainer answered in time; the command stays on the topic and is carried out by the next one
     */
    public Optional<Answer> carryOut(ModelCommand command, Duration patience) throws InterruptedException {
        try (TopicReader<ModelVersion> events = events()) {
            VersionHistory history = new VersionHistory();
            Optional<ModelVersion> answer = Optional.empty();
            while (!events.caughtUp()) {
                Optional<ModelVersion> found = take(events.poll(POLL), history, command.getId());
                answer = found.isPresent() ? found : answer;
            }
            if (answer.isEmpty()) {
                send(command);
            }
            long deadline = clock.millis() + patience.toMillis();
            while (answer.isEmpty() && clock.millis() < deadline) {
                answer = take(events.poll(POLL), history, command.getId());
            }
            return answer.map(event -> answer(event, history));
        }
    }

    private static Answer answer(ModelVersion event, VersionHistory history) {
        Optional<ModelVersion> serving = history.serving();
        return new Answer(
                event.getCommand(),
                !event.getRefused(),
                event.getAnswer(),
                serving.map(ModelVersion::getVersion).orElse(-1L),
                serving.map(ModelVersion::getGeneration).orElse(-1L));
    }

    /** The weights of a version, checked against their digests. */
    public ModelArtifact weights(ModelVersion version) throws IOException {
        try (WeightReader reader = new WeightReader(
                new TopicReader<>(
                        cluster.reader(),
                        cluster.topics().modelWeights().name(),
                        cluster.serde(WeightChunk.class).deserializer()),
                Duration.ofSeconds(5),
                clock)) {
            return reader.read(version);
        }
    }

    private TopicReader<ModelVersion> events() {
        return new TopicReader<>(
                cluster.reader(),
                cluster.topics().modelVersions().name(),
                cluster.serde(ModelVersion.class).deserializer());
    }

    /** Takes events in; the last one that answers the command. */
    private static Optional<ModelVersion> take(
            List<TopicReader.Entry<ModelVersion>> entries, VersionHistory history, String command) {
        Optional<ModelVersion> answer = Optional.empty();
        for (TopicReader.Entry<ModelVersion> entry : entries) {
            boolean legal = history.apply(entry.key(), entry.value()).isEmpty();
            Optional<ModelVersion> answers = entry.value()
                    .filter(event ->
                            legal && !command.isEmpty() && event.getCommand().equals(command));
            answer = answers.isPresent() ? answers : answer;
        }
        return answer;
    }

    private void send(ModelCommand command) throws InterruptedException {
        Map<String, Object> config = cluster.clientConfig();
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        try (Producer<String, ModelCommand> producer = new KafkaProducer<>(
                config,
                new StringSerializer(),
                cluster.serde(ModelCommand.class).serializer())) {
            long offset = producer.send(new ProducerRecord<>(
                            cluster.topics().modelCommands().name(), command.getId(), command))
                    .get()
                    .offset();
            if (offset < 0) {
                throw new KafkaException("the broker did not say where the command is");
            }
        } catch (ExecutionException e) {
            throw new KafkaException("the command could not be written", e.getCause());
        }
    }
}
