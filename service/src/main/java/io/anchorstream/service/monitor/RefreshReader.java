package io.anchorstream.service.monitor;

import java.time.Clock;
import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.index.RefreshProgress;
import io.anchorstream.topology.versions.VersionHistory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads how the refresh goes from the topics alone. Changes nothing. */
public final class RefreshReader {
    private static final Logger LOG = LoggerFactory.getLogger(RefreshReader.class);
    private static final long VECTORS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Topics topics;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Deserializer<? extends SpecificRecord> values;
    private final Clock clock;

    /**
     * @param consumers opens a read-committed consumer without a group
     * @param values reads records of any topic, by the schema id they carry
     */
    public RefreshReader(
            Topics topics,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Deserializer<? extends SpecificRecord> values,
            Clock clock) {
        this.topics = topics;
        this.consumers = consumers;
        this.values = values;
        this.clock = clock;
    }

    /**
     * Reads everything anew, within seconds.
     *
     * @throws TimeoutException if the broker answered too slowly
     */
    public RefreshOutlook read() throws TimeoutException {
        RefreshProgress progress = new RefreshProgress();
        VersionHistory versions = new VersionHistory();
        LongSummaryStatistics sizes = new LongSummaryStatistics();
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            TopicSnapshot snapshot = new TopicSnapshot(consumer, PATIENCE);
            snapshot.read(topics.catalogGenerations().name(), Long.MAX_VALUE, record -> value(record)
                    .filter(GenerationEvent.class::isInstance)
                    .map(GenerationEvent.class::cast)
                    .ifPresent(progress::apply));
            snapshot.read(topics.modelVersions().name(), Long.MAX_VALUE, record -> value(record)
                    .filter(ModelVersion.class::isInstance)
                    .map(ModelVersion.class::cast)
                    .flatMap(versions::apply)
                    .ifPresent(why -> LOG.debug("event left out: {}", why)));
            snapshot.read(topics.catalogEmbeddings().name(), VECTORS, record -> {
                if (record.value() != null) {
                    sizes.accept(record.serializedKeySize() + record.serializedValueSize());
                }
            });
        }
        OptionalDouble mean = sizes.getCount() == 0 ? OptionalDouble.empty() : OptionalDouble.of(sizes.getAverage());
        return RefreshOutlook.of(progress.generations(), versions.serving(), mean, clock.millis());
    }

    private Optional<SpecificRecord> value(ConsumerRecord<byte[], byte[]> record) {
        try {
            return record.value() == null
                    ? Optional.empty()
                    : Optional.of(values.deserialize(record.topic(), record.headers(), record.value()));
        } catch (SerializationException e) {
            return Optional.empty(); // the roles report it; here it only can't be shown
        }
    }
}
