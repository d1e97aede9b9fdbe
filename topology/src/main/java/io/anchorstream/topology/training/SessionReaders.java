package io.anchorstream.topology.training;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.topology.versions.TopicReader;
import io.anchorstream.topology.versions.VersionHistory;
import io.anchorstream.topology.versions.WeightReader;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Serde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a training session reads beside the batches. Readers that are handed out belong to whoever asked. */
record SessionReaders(TrainingTopics topics, TrainingClients clients, Clock clock) {
    private static final Logger LOG = LoggerFactory.getLogger(SessionReaders.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CHUNK_PATIENCE = Duration.ofSeconds(5);

    <V> TopicReader<V> of(String topic, Serde<V> serde) {
        return new TopicReader<>(clients.reader(), topic, serde.deserializer());
    }

    /**
     * All that is known of versions.
     *
     * @throws WakeupException if the trainer is asked to stop before: what was not read yet would be taken for none
     */
    VersionHistory history(BooleanSupplier stopping) {
        VersionHistory history = new VersionHistory();
        try (TopicReader<ModelVersion> events =
                of(topics.model().versions(), topics.model().versionSerde())) {
            while (!events.caughtUp()) {
                if (stopping.getAsBoolean()) {
                    throw new WakeupException();
                }
                for (TopicReader.Entry<ModelVersion> entry : events.poll(POLL)) {
                    history.apply(entry.key(), entry.value()).ifPresent(why -> LOG.warn("event left out: {}", why));
                }
            }
        }
        return history;
    }

    byte[] publishedCheckpoint(ModelVersion event) throws IOException {
        try (WeightReader reader = chunks(topics.model().checkpoints())) {
            return reader.bytes(event.getVersion(), event.getCheckpointBytes());
        }
    }

    WeightReader weights() {
        return chunks(topics.model().weights());
    }

    private WeightReader chunks(String topic) {
        return new WeightReader(of(topic, topics.model().chunkSerde()), CHUNK_PATIENCE, clock);
    }
}
