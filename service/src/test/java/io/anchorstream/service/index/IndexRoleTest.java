package io.anchorstream.service.index;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.anchorstream.schemas.serde.AvroDeserializer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class IndexRoleTest {
    private static final IndexTopics TOPICS =
            new IndexTopics("items", "images", "labels", "aliases", "embeddings", "generations");

    @Test
    void goesOnWhenTheBrokerComesBackAfterLongerThanAClientWaits(@TempDir Path folder) {
        AtomicInteger refusals = new AtomicInteger(2);
        CatalogueIndex catalogue = new CatalogueIndex(folder, Clock.systemUTC(), Duration.ofSeconds(60));
        try (IndexRole role = new IndexRole(
                catalogue, TOPICS, () -> broker(refusals), new AvroDeserializer<SpecificRecord>(), Clock.systemUTC())) {
            role.start();

            Awaitility.await().until(() -> role.lag() >= 0 || role.failure().isPresent());
            assertThat(role.failure()).isEmpty();
            assertThat(refusals.get()).isNegative();
        }
    }

    private static MockConsumer<byte[], byte[]> broker(AtomicInteger refusals) {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {
            @Override
            public synchronized Map<String, List<PartitionInfo>> listTopics() {
                if (refusals.getAndDecrement() > 0) {
                    throw new TimeoutException("no broker answered within 60 s");
                }
                return super.listTopics();
            }
        };
        Map<TopicPartition, Long> begins = new HashMap<>();
        for (String topic : TOPICS.all()) {
            consumer.updatePartitions(topic, List.of(new PartitionInfo(topic, 0, null, null, null)));
            begins.put(new TopicPartition(topic, 0), 0L);
        }
        consumer.updateBeginningOffsets(begins);
        consumer.updateEndOffsets(begins);
        return consumer;
    }
}
