package io.anchorstream.service.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.monitor.ServiceStatus;
import io.anchorstream.service.monitor.StatusReader;
import io.anchorstream.service.pipeline.PageClient;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.topology.versions.TopicReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The demo from end to end: broker, registry, all roles with the real network, the page, and a second start. One body for
 * our serdes and for Confluent's.
 */
abstract class DemoContract {
    private static final int ITEMS = 180;

    private final DemoFolder folder;
    private final Map<String, String> more;

    /**
     * @param more configuration on top of the test's own
     */
    DemoContract(Path root, Map<String, String> more) {
        this.folder = new DemoFolder(root);
        this.more = more;
    }

    @Test
    void learnsRefreshesAnswersAndGoesOnAfterARestart() throws Exception {
        long items;
        long generation;
        try (Demo demo = start(new ArrayList<>())) {
            PageClient page = new PageClient(demo.address());
            awaitEmbedded(demo, 0);
            promoteOnceTrained(demo, page);
            awaitEmbedded(demo, 1);

            items = demo.pipeline().itemsIn();
            assertThat(items).isBetween((long) ITEMS, ITEMS + 10L);
            assertThat(demo.pipeline().deadLetters().count()).isZero();
            answersUnderBothGenerations(page);
            assertThat(page.text("/metrics")).contains("anchorstream_embed_vectors_total{kind=\"refresh\"");
            statusAgrees(demo, items);
            recountAgrees(demo.cluster());
            generation = demo.pipeline().servingGeneration();
        }
        assertThat(folder.addresses()).isPresent();
        assertThat(folder.shared())
                .containsEntry(Keys.TOPIC_PREFIX.name(), "shop.")
                .containsEntry(Keys.ITEM_PARTITIONS.name(), "2")
                .doesNotContainKey(Keys.HTTP_PORT.name());
        List<String> said = new CopyOnWriteArrayList<>();
        try (Demo demo = start(said)) {
            Thread watching = new Thread(() -> watch(demo), "demo-await");
            watching.start();
            Awaitility.await("the index is back").atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(demo.pipeline().servingGeneration()).isGreaterThanOrEqualTo(generation);
                assertThat(demo.pipeline().embedded()).isEqualTo(items);
            });
            assertThat(demo.pipeline().itemsIn()).as("nothing is sent again").isEqualTo(items);
            answersUnderBothGenerations(new PageClient(demo.address()));
            Awaitility.await("what was there before, in one line")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(said)
                            .filteredOn(line -> line.contains("from earlier runs"))
                            .hasSize(1));
        }
        assertThat(said)
                .as("told as news")
                .noneMatch(line ->
                        line.contains("version 0 promoted") || line.contains("the whole catalogue is on the topic"));
    }

    /** What the command does; ends with the demo. */
    private static void watch(Demo demo) {
        try {
            assertThat(demo.await()).isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Demo start(List<String> said) throws Exception {
        return Demo.start(
                new Demo.Options(folder, ITEMS, Double.POSITIVE_INFINITY, false, 0, 0, "./anchorstream demo"),
                this::settings,
                new Listening(said));
    }

    private Settings settings(Map<String, String> addresses) {
        Map<String, String> small = new HashMap<>(addresses);
        small.put(Keys.HTTP_PORT.name(), "0");
        small.put(Keys.TOPIC_PREFIX.name(), "shop.");
        small.put(Keys.TEXT_ENCODER.name(), "hashed");
        small.put(Keys.STEPS_PER_VERSION.name(), "3");
        small.put(Keys.BATCH_LABELS.name(), "4");
        small.put(Keys.BATCH_ITEMS.name(), "2");
        small.putAll(more);
        return Settings.resolve(
                Keys.all(),
                List.of(new Settings.Layer("demo", folder.presets(ITEMS)), new Settings.Layer("test", small)));
    }

    /** Waits until every item has a vector of that generation or a later one, and it is in service. */
    private static void awaitEmbedded(Demo demo, long generation) {
        Awaitility.await("generation " + generation)
                .atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> {
                    assertThat(demo.pipeline().servingGeneration()).isGreaterThanOrEqualTo(generation);
                    assertThat(demo.pipeline().itemsIn()).isGreaterThanOrEqualTo(ITEMS);
                    assertThat(demo.pipeline().embedded())
                            .isEqualTo(demo.pipeline().itemsIn());
                });
    }

    /** Whatever the gate thinks of three steps: the operator's word settles it. */
    private static void promoteOnceTrained(Demo demo, PageClient page) throws Exception {
        Awaitility.await("version 1").atMost(Duration.ofSeconds(90)).until(() -> find(page, 1)
                .isPresent());
        Cluster cluster = demo.cluster();
        if (find(page, 1).orElseThrow().get("everPromoted").asBoolean()) {
            return;
        }
        try (Producer<String, ModelCommand> producer = new KafkaProducer<>(
                cluster.clientConfig(),
                new StringSerializer(),
                cluster.serde(ModelCommand.class).serializer())) {
            producer.send(new ProducerRecord<>(
                            cluster.topics().modelCommands().name(),
                            "demo-it",
                            ModelCommand.newBuilder()
                                    .setId("demo-it")
                                    .setCommand(CommandType.PROMOTE)
                                    .setVersion(1L)
                                    .build()))
                    .get();
        }
    }

    private static Optional<JsonNode> find(PageClient page, long version) {
        return StreamSupport.stream(page.get("/api/learning").get("versions").spliterator(), false)
                .filter(one -> one.get("version").asLong() == version)
                .findFirst();
    }

    private static void answersUnderBothGenerations(PageClient page) {
        String id = page.get("/api/items?seed=1&count=1")
                .get("items")
                .get(0)
                .get("id")
                .asText();
        JsonNode answer = page.get("/api/neighbours?k=5&id=" + PageClient.encoded(id));
        assertThat(answer.get("before").get("generation").asLong()).isZero();
        assertThat(answer.get("before").get("hits")).hasSize(5);
        assertThat(answer.get("after").get("generation").asLong()).isGreaterThanOrEqualTo(1);
        assertThat(answer.get("after").get("hits")).hasSize(5);
    }

    private void statusAgrees(Demo demo, long items) throws Exception {
        Cluster cluster = demo.cluster();
        Settings settings = settings(folder.addresses().orElseThrow());
        try (Admin admin = cluster.admin()) {
            ServiceStatus status = new StatusReader(
                            cluster.topics(), cluster::rawReader, cluster.anyRecord(), admin, Role.groups(settings))
                    .read();
            assertThat(status.attention()).isEmpty();
            assertThat(status.items()).isEqualTo(items);
            assertThat(status.roles())
                    .extracting(ServiceStatus.RoleStatus::role)
                    .containsExactly("label", "train", "embed");
            assertThat(status.roles())
                    .allSatisfy(role -> assertThat(role.members()).isPositive());
            assertThat(status.model()).isNotNull();
            assertThat(status.completed())
                    .satisfies(one -> assertThat(one.generation()).isPositive())
                    .satisfies(one -> assertThat(one.embedded()).isEqualTo(items));
            assertThat(status.freshness().p50Millis()).isNotNull();
        }
    }

    /** Counts what a downstream reader sees, and compares it with what the embed role declared. */
    private static void recountAgrees(Cluster cluster) {
        GenerationEvent complete =
                committed(cluster, cluster.topics().catalogGenerations().name(), GenerationEvent.class)
                        .values()
                        .stream()
                        .flatMap(List::stream)
                        .flatMap(Optional::stream)
                        .filter(event -> event.getState() == GenerationState.COMPLETE)
                        .max(Comparator.comparingLong(GenerationEvent::getGeneration))
                        .orElseThrow();
        Map<String, List<Optional<CanonicalItem>>> pictures =
                committed(cluster, cluster.topics().catalogImages().name(), CanonicalItem.class);
        pictures.values().removeIf(records -> records.get(records.size() - 1).isEmpty());
        Map<String, List<Optional<ItemEmbedding>>> vectors =
                committed(cluster, cluster.topics().catalogEmbeddings().name(), ItemEmbedding.class);
        assertThat(complete.getItems()).isEqualTo(complete.getEmbedded()).isEqualTo(pictures.size());
        assertThat(complete.getSimilarityQuantiles()).hasSize(9).isSorted();
        assertThat(pictures.keySet()).allSatisfy(id -> assertThat(vectors.getOrDefault(id, List.of()).stream()
                        .flatMap(Optional::stream)
                        .filter(vector -> vector.getGeneration() == complete.getGeneration()))
                .as("%s under generation %d", id, complete.getGeneration())
                .hasSize(1));
    }

    /** All committed records of a topic by key, in order. */
    private static <T extends SpecificRecord> Map<String, List<Optional<T>>> committed(
            Cluster cluster, String topic, Class<T> type) {
        Map<String, List<Optional<T>>> byKey = new HashMap<>();
        try (TopicReader<T> reader =
                new TopicReader<>(cluster.reader(), topic, cluster.serde(type).deserializer())) {
            while (!reader.caughtUp()) {
                reader.poll(Duration.ofMillis(50))
                        .forEach(entry -> byKey.computeIfAbsent(entry.key(), key -> new ArrayList<>())
                                .add(entry.value()));
            }
        }
        return byKey;
    }

    private record Listening(List<String> said) implements Demo.Console {
        @Override
        public void update(String text) {}

        @Override
        public void end(String text) {
            said.add(text);
        }
    }
}
