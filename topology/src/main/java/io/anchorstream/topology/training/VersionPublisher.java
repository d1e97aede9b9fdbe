package io.anchorstream.topology.training;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.topology.versions.ModelTopics;
import io.anchorstream.topology.versions.WeightChunks;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Writes versions in single transactions: weights, checkpoint, events, tombstones of what is retired and the consumed
 * offsets become visible together or not at all. Not thread-safe; owns its producer.
 */
final class VersionPublisher implements AutoCloseable {
    private final Producer<String, byte[]> producer;
    private final ModelTopics topics;

    /** Fences every earlier publisher of the same transactional id. */
    VersionPublisher(Producer<String, byte[]> producer, ModelTopics topics) {
        this.producer = producer;
        this.topics = topics;
        producer.initTransactions();
    }

    /**
     * Commits one transaction.
     *
     * @param weights of the version that the first event announces, or empty when only states change
     * @param checkpoint packed, of the same version; empty when it is not shared
     * @param retired versions whose weights and checkpoints leave the topics
     * @param forgotten versions retired long ago, whose events leave them too
     * @throws ProducerFencedException if another trainer has taken over
     * @throws KafkaException if nothing was committed
     */
    void publish(
            List<ModelVersion> events,
            Optional<ModelArtifact> weights,
            Optional<byte[]> checkpoint,
            Collection<ModelVersion> retired,
            Collection<Long> forgotten,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        producer.beginTransaction();
        try {
            weights.ifPresent(
                    artifact -> sendChunks(topics.weights(), events.get(0).getVersion(), artifact.weights()));
            checkpoint.ifPresent(
                    packed -> sendChunks(topics.checkpoints(), events.get(0).getVersion(), packed));
            for (ModelVersion event : events) {
                send(
                        topics.versions(),
                        Long.toString(event.getVersion()),
                        topics.versionSerde().serializer().serialize(topics.versions(), event));
            }
            for (ModelVersion event : retired) {
                removeChunks(topics.weights(), event.getVersion(), event.getWeightsBytes());
                removeChunks(topics.checkpoints(), event.getVersion(), event.getCheckpointBytes());
            }
            forgotten.forEach(version -> send(topics.versions(), Long.toString(version), null));
            producer.sendOffsetsToTransaction(offsets, group);
            producer.commitTransaction();
        } catch (KafkaException e) {
            abort(e);
            throw e;
        }
    }

    private void abort(KafkaException cause) {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            cause.addSuppressed(e); // fenced: the transaction belongs to the new owner, there is nothing left to abort
        }
    }

    private void sendChunks(String topic, long version, byte[] bytes) {
        for (WeightChunk chunk : WeightChunks.split(version, bytes)) {
            send(
                    topic,
                    WeightChunks.key(version, chunk.getChunk()),
                    topics.chunkSerde().serializer().serialize(topic, chunk));
        }
    }

    private void removeChunks(String topic, long version, long bytes) {
        if (bytes > 0) {
            for (int i = 0; i < WeightChunks.count(bytes); i++) {
                send(topic, WeightChunks.key(version, i), null);
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // commitTransaction throws when a send failed
    private void send(String topic, String key, byte @Nullable [] value) {
        producer.send(new ProducerRecord<>(topic, key, value));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
