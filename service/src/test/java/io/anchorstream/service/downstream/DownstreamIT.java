package io.anchorstream.service.downstream;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.serde.AvroDeserializer;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.service.export.CompletionFollower;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What those who consume embeddings run: the documented example, and the command that swaps their alias. */
class DownstreamIT {
    private static final Path EXAMPLE = Path.of("..", "examples", "consumer", "EmbeddingConsumer.java");

    private final KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(SharedKafka.clientConfig(), new StringSerializer(), new ByteArraySerializer());
    private final AvroSerde<ItemEmbedding> embeddings = AvroSerde.of(ItemEmbedding.class, SharedKafka.clientConfig());
    private final AvroSerde<GenerationEvent> events = AvroSerde.of(GenerationEvent.class, SharedKafka.clientConfig());

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void theJavaExampleServesEachGenerationWithItsVectorsAlone(@TempDir Path folder) throws Exception {
        Path printed = folder.resolve("printed.txt");
        Topics topics = catalogue(""); // the example's names are those without a prefix
        for (String id : List.of("a", "b", "gone")) {
            embed(topics, id, 0);
        }
        complete(topics, 0, 3);
        for (String id : List.of("a", "b", "gone")) {
            embed(topics, id, 1);
        }
        send(topics.catalogEmbeddings().name(), "gone", new byte[0]);
        complete(topics, 1, 2);

        Process example = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        EXAMPLE.toString(),
                        SharedKafka.bootstrapServers(),
                        SharedKafka.registryUrl(),
                        AvroDeserializer.class.getName(),
                        "1")
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            assertThat(example.waitFor(60, TimeUnit.SECONDS))
                    .as("ended by itself")
                    .isTrue();
        } finally {
            example.destroyForcibly();
        }
        String output = Files.readString(printed);
        assertThat(output.lines().filter(line -> line.startsWith("serving")))
                .as("%s", output)
                .last()
                .isEqualTo("serving generation 1 with 2 vectors of 2 items");
    }

    @Test
    void aCompletionIsToldOnlyOnceTheIndexHasReadItsVectorsAndAgainUntilTheSwapSucceeds() throws Exception {
        String prefix = SharedKafka.prefix(DownstreamIT.class);
        Topics topics = catalogue(prefix);
        embedInTransaction(topics, prefix, "a", 4); // its marker is behind what the sink can ever commit
        send(topics.catalogGenerations().name(), "4", new byte[] {1, 2, 3});
        complete(topics, 4, 1);
        List<Long> told = new ArrayList<>();
        int[] rounds = {0};
        try (Admin admin = SharedKafka.admin();
                KafkaConsumer<String, byte[]> consumer = consumer()) {
            CompletionFollower follower = new CompletionFollower(
                    topics, consumer, admin, values(), Optional.of(prefix + "sink"), Clock.systemUTC());
            follower.run(
                    event -> {
                        told.add(event.getGeneration());
                        return told.size() == 2;
                    },
                    timeout -> {
                        rounds[0]++;
                        if (rounds[0] == 3) {
                            assertThat(told)
                                    .as("before the sink has read anything")
                                    .isEmpty();
                            read(admin, prefix + "sink", topics);
                        }
                        return told.size() == 2 || rounds[0] > 30;
                    });
        }
        assertThat(told).containsExactly(4L, 4L);
    }

    @Test
    void anIndexIsMadeForEachGenerationBeforeItIsCompleteAndReadByAGroupOfItsOwn() throws Exception {
        String prefix = SharedKafka.prefix(DownstreamIT.class);
        Topics topics = catalogue(prefix);
        embed(topics, "a", 4);
        complete(topics, 4, 1);
        event(topics, 5, GenerationState.RETIRED, 0);
        event(topics, 6, GenerationState.OPENED, 0);
        List<String> told = new ArrayList<>();
        int[] rounds = {0};
        try (Admin admin = SharedKafka.admin();
                KafkaConsumer<String, byte[]> consumer = consumer()) {
            read(admin, prefix + "sink-3", topics);
            new CompletionFollower(
                            topics,
                            consumer,
                            admin,
                            values(),
                            Optional.of(prefix + "sink-{generation}"),
                            Clock.systemUTC())
                    .run(
                            new CompletionFollower.Listener() {
                                @Override
                                public boolean opened(GenerationEvent event) {
                                    told.add("open " + event.getGeneration());
                                    return told.size() != 1;
                                }

                                @Override
                                public boolean completed(GenerationEvent event) {
                                    return told.add("complete " + event.getGeneration());
                                }
                            },
                            timeout -> {
                                if (told.contains("open 6")) {
                                    read(admin, prefix + "sink-4", topics);
                                }
                                return told.contains("complete 4") || ++rounds[0] > 30;
                            });
        }
        assertThat(told).containsExactly("open 4", "open 4", "open 6", "complete 4");
    }

    private static Topics catalogue(String prefix) {
        Topics topics = Topics.create(prefix, TopicSizing.of(1, 1));
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, topics, (short) 1);
        }
        return topics;
    }

    private void embed(Topics topics, String id, long generation) throws Exception {
        send(topics.catalogEmbeddings().name(), id, embedding(topics, generation));
    }

    private void embedInTransaction(Topics topics, String prefix, String id, long generation) throws Exception {
        Map<String, Object> config = new HashMap<>(SharedKafka.clientConfig());
        config.put("transactional.id", prefix + "embed");
        try (KafkaProducer<String, byte[]> transactional =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            transactional.initTransactions();
            transactional.beginTransaction();
            Future<?> sent = transactional.send(
                    new ProducerRecord<>(topics.catalogEmbeddings().name(), id, embedding(topics, generation)));
            transactional.commitTransaction();
            sent.get();
        }
    }

    private byte[] embedding(Topics topics, long generation) {
        ItemEmbedding record = ItemEmbedding.newBuilder()
                .setVector(List.of(1f, 0f))
                .setDimension(2)
                .setModelVersion(generation)
                .setGeneration(generation)
                .build();
        return embeddings.serializer().serialize(topics.catalogEmbeddings().name(), record);
    }

    private void complete(Topics topics, long generation, long items) throws Exception {
        event(topics, generation, GenerationState.COMPLETE, items);
    }

    private void event(Topics topics, long generation, GenerationState state, long items) throws Exception {
        GenerationEvent record = GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(generation)
                .setState(state)
                .setItems(items)
                .build();
        String topic = topics.catalogGenerations().name();
        send(topic, Long.toString(generation), events.serializer().serialize(topic, record));
    }

    /** An empty value stands for a deletion. */
    private void send(String topic, String key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key, value.length == 0 ? null : value))
                .get();
    }

    /** The sink commits that it has read everything. */
    private static void read(Admin admin, String group, Topics topics) {
        TopicPartition partition = new TopicPartition(topics.catalogEmbeddings().name(), 0);
        try {
            admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1)))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the group's offset could not be set", e);
        }
    }

    private static KafkaConsumer<String, byte[]> consumer() {
        Map<String, Object> config = new HashMap<>(SharedKafka.clientConfig());
        config.put("isolation.level", "read_committed");
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private static AvroDeserializer<SpecificRecord> values() {
        Map<String, Object> config = new HashMap<>(SharedKafka.clientConfig());
        config.put("specific.avro.reader", true);
        AvroDeserializer<SpecificRecord> values = new AvroDeserializer<>();
        values.configure(config, false);
        return values;
    }
}
