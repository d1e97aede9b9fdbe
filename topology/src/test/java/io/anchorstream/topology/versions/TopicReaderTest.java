package io.anchorstream.topology.versions;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.schemas.registry.RegistryUnavailableException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicReaderTest {
    private static final TopicPartition TOPIC = new TopicPartition("versions", 0);

    private final MockConsumer<String, byte[]> consumer = consumer();
    private final TopicReader<String> reader = new TopicReader<>(
            consumer, TOPIC.topic(), (topic, bytes) -> read(new String(bytes, StandardCharsets.UTF_8)));

    @Test
    void leavesOutWhatCannotBeRead() {
        send("one", "junk", "two");

        assertThat(reader.poll(Duration.ZERO))
                .extracting(TopicReader.Entry::value)
                .containsExactly(Optional.of("one"), Optional.of("two"));
    }

    @Test
    void doesNotTakeARecordForUnreadableWhileTheRegistryIsAway() {
        send("one", "away");

        assertThatThrownBy(() -> reader.poll(Duration.ZERO)).isInstanceOf(RegistryUnavailableException.class);
    }

    private static String read(String text) {
        if (text.equals("away")) {
            throw new RegistryUnavailableException("no answer", new IllegalStateException());
        }
        if (text.equals("junk")) {
            throw new SerializationException("no record of ours");
        }
        return text;
    }

    private void send(String... values) {
        for (int offset = 0; offset < values.length; offset++) {
            consumer.addRecord(new ConsumerRecord<>(
                    TOPIC.topic(), 0, offset, "key", values[offset].getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static MockConsumer<String, byte[]> consumer() {
        MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        Node node = new Node(0, "none", 1);
        Node[] nodes = {node};
        consumer.updatePartitions(TOPIC.topic(), List.of(new PartitionInfo(TOPIC.topic(), 0, node, nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(TOPIC, 0L));
        consumer.updateEndOffsets(Map.of(TOPIC, 0L));
        return consumer;
    }
}
