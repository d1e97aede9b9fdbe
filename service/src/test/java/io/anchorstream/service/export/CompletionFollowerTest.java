package io.anchorstream.service.export;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.schemas.serde.AvroDeserializer;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.run.ManualClock;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CompletionFollowerTest {
    private static final Map<String, Object> MOCK =
            Map.of("schema.registry.url", "mock://follower", "specific.avro.reader", true);

    private final Topics topics = Topics.create("", TopicSizing.of(1, 1));
    private final TopicPartition events =
            new TopicPartition(topics.catalogGenerations().name(), 0);
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final List<String> told = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();
    private final ManualClock clock = new ManualClock();
    private Duration attempt = Duration.ZERO;

    @Test
    void aBrokerThatIsAwayIsWaitedForAndBothAreToldOnce() throws Exception {
        consumer.updateBeginningOffsets(Map.of(events, 0L));
        consumer.updateEndOffsets(Map.of(events, 0L));
        follow(
                round -> {
                    switch (round) {
                        case 1, 2, 3 -> consumer.setOffsetsException(new TimeoutException("no answer"));
                        case 4 -> consumer.addRecord(completed(7));
                        default -> {}
                    }
                },
                6);

        assertThat(told).containsExactly("lost: no answer", "found", "complete 7");
        assertThat(waits)
                .as("between attempts")
                .containsOnly(CompletionFollower.AGAIN)
                .hasSize(3);
    }

    @Test
    void aBrokerThatGoesBeforeTheFirstAnswerIsWaitedForToo() throws Exception {
        consumer.updateBeginningOffsets(Map.of(events, 0L));
        consumer.updateEndOffsets(Map.of(events, 0L));
        follow(
                round -> {
                    if (round == 0) {
                        consumer.setOffsetsException(new TimeoutException("no answer"));
                    } else if (round == 2) {
                        consumer.addRecord(completed(7));
                    }
                },
                4);

        assertThat(told).containsExactly("lost: no answer", "found", "complete 7");
    }

    @Test
    void anAttemptCountsTowardsTheWaitForTheNext() throws Exception {
        consumer.updateBeginningOffsets(Map.of(events, 0L));
        consumer.updateEndOffsets(Map.of(events, 0L));
        attempt = Duration.ofSeconds(6);
        follow(
                round -> {
                    if (round == 1) {
                        consumer.setOffsetsException(new TimeoutException("no answer"));
                    }
                },
                3);

        assertThat(waits).containsExactly(Duration.ofSeconds(4));
    }

    /** @param rounds attempts, each after its step */
    private void follow(IntConsumer step, int rounds) throws InterruptedException {
        AvroDeserializer<SpecificRecord> values = new AvroDeserializer<>();
        values.configure(MOCK, false);
        int[] round = {0};
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "localhost:1"))) {
            new CompletionFollower(topics, consumer, admin, values, Optional.empty(), clock)
                    .run(new Telling(), timeout -> {
                        if (!timeout.isZero()) {
                            waits.add(timeout);
                        } else if (round[0] < rounds) {
                            step.accept(round[0]);
                        }
                        return timeout.isZero() && round[0]++ == rounds;
                    });
        }
    }

    private ConsumerRecord<String, byte[]> completed(long generation) {
        try (AvroSerde<GenerationEvent> serde = AvroSerde.of(GenerationEvent.class, MOCK)) {
            GenerationEvent event = GenerationEvent.newBuilder()
                    .setGeneration(generation)
                    .setModelVersion(1)
                    .setState(GenerationState.COMPLETE)
                    .setItems(1)
                    .build();
            return new ConsumerRecord<>(
                    events.topic(),
                    0,
                    0,
                    Long.toString(generation),
                    serde.serializer().serialize(events.topic(), event));
        }
    }

    private final class Telling implements CompletionFollower.Listener {
        @Override
        public boolean completed(GenerationEvent event) {
            return told.add("complete " + event.getGeneration());
        }

        @Override
        public void lost(RetriableException why) {
            told.add("lost: " + why.getMessage());
            clock.pass(attempt);
        }

        @Override
        public void found() {
            told.add("found");
        }
    }
}
