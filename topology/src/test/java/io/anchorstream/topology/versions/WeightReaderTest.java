package io.anchorstream.topology.versions;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.avro.WeightChunk;
import io.anchorstream.topology.pacing.ManualClock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WeightReaderTest {
    private static final TopicPartition TOPIC = new TopicPartition("weights", 0);
    private static final byte[] WEIGHTS = new byte[WeightChunks.MAX_BYTES + 1];
    private static final List<WeightChunk> CHUNKS = WeightChunks.split(3, WEIGHTS);

    private final MockConsumer<String, byte[]> consumer = consumer();
    private final WeightReader reader = new WeightReader(
            new TopicReader<>(consumer, TOPIC.topic(), (topic, bytes) -> CHUNKS.get(bytes[0])),
            Duration.ofSeconds(5),
            new ManualClock(Duration.ofSeconds(1)));

    @Test
    void bringsBackWhatIsOnTheTopic() throws IOException {
        send(0, 0);
        send(1, 1);
        assertThat(reader.bytes(3, WEIGHTS.length)).isEqualTo(WEIGHTS);
    }

    @Test
    void chunksThatAreNotReadableYetMayCome() throws IOException {
        send(0, 0);
        assertThatThrownBy(() -> reader.bytes(3, WEIGHTS.length)).isInstanceOf(IncompleteChunksException.class);
        send(0, 0); // a mock gives each record once
        send(1, 1);
        assertThat(reader.bytes(3, WEIGHTS.length)).isEqualTo(WEIGHTS);
    }

    @Test
    void deletedChunksAreMissingEachTimeThatTheyAreAskedFor() {
        for (int times = 0; times < 2; times++) {
            send(0, 0);
            delete("3/1", 1);
            delete("4/0", 2);
            assertThatThrownBy(() -> reader.bytes(3, WEIGHTS.length))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("chunks [3/1] were deleted");
        }
    }

    @Test
    void chunksOfOthersThatWereDeletedSayNothing() {
        send(0, 0);
        delete("4/0", 1);
        delete("not one of ours", 2);
        assertThatThrownBy(() -> reader.bytes(3, WEIGHTS.length)).isInstanceOf(IncompleteChunksException.class);
    }

    @Test
    void givesUpWhereTheEndStaysOutOfReach() {
        send(0, 0);
        consumer.updateEndOffsets(Map.of(TOPIC, 2L));
        assertThatThrownBy(() -> reader.bytes(3, WEIGHTS.length))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContainingAll("version 3", "60 s", "leaders");
    }

    private void send(int chunk, long offset) {
        add(WeightChunks.key(3, chunk), offset, Optional.of(new byte[] {(byte) chunk}));
    }

    private void delete(String key, long offset) {
        add(key, offset, Optional.empty());
    }

    @SuppressWarnings("NullAway") // a tombstone has no value
    private void add(String key, long offset, Optional<byte[]> value) {
        consumer.addRecord(new ConsumerRecord<>(TOPIC.topic(), 0, offset, key, value.orElse(null)));
        consumer.updateEndOffsets(Map.of(TOPIC, offset + 1));
    }

    private static MockConsumer<String, byte[]> consumer() {
        MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        Node node = new Node(0, "none", 1);
        Node[] nodes = {node};
        consumer.updatePartitions(
                TOPIC.topic(), List.of(new PartitionInfo(TOPIC.topic(), TOPIC.partition(), node, nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(TOPIC, 0L));
        consumer.updateEndOffsets(Map.of(TOPIC, 0L));
        return consumer;
    }
}
