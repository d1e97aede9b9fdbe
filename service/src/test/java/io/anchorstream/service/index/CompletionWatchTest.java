package io.anchorstream.service.index;

import java.util.HashMap;
import java.util.Map;

import io.anchorstream.avro.GenerationEvent;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CompletionWatchTest {
    private static final TopicPartition ZERO = new TopicPartition("embeddings", 0);
    private static final TopicPartition ONE = new TopicPartition("embeddings", 1);

    private final CompletionWatch watch = new CompletionWatch();
    private final Map<TopicPartition, Long> positions = new HashMap<>(Map.of(ZERO, 0L, ONE, 0L));

    @Test
    void holdsACompletionBackUntilEveryPartitionIsConsumed() {
        GenerationEvent complete = Records.complete(2, 15);
        watch.completed(complete, Map.of(ZERO, 10L, ONE, 5L));
        positions.put(ZERO, 10L);

        assertThat(watch.reached(positions::get)).isEmpty();

        positions.put(ONE, 5L);
        assertThat(watch.reached(positions::get)).containsExactly(complete);
        assertThat(watch.isWaiting()).isFalse();
    }

    @Test
    void givesEachCompletionOnce() {
        watch.completed(Records.complete(0, 0), Map.of(ZERO, 0L));

        assertThat(watch.reached(positions::get)).hasSize(1);
        assertThat(watch.reached(positions::get)).isEmpty();
    }
}
