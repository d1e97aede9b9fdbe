package io.anchorstream.service.pipeline;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.deadletter.DeadLetter;
import io.anchorstream.service.deadletter.DeadLetterTopic;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.ServiceProcess;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Items that name their pictures by address, as a table's connector writes them, on a broker and a web server. */
class FetchedPicturesIT {
    private final Path folder;
    private final RolesBench bench =
            new RolesBench(FetchedPicturesIT.class, 1, Map.of(Keys.FETCH_TRUSTED.name(), "127.0.0.1"));
    private final Cluster cluster = bench.cluster;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private volatile boolean silent = true;
    private HttpServer server;
    private String base;

    FetchedPicturesIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        base = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void areFetchedWhileOthersPassAndAskedForAgainOnAnotherMachine() throws Exception {
        try (ServiceProcess process = label("first")) {
            assertThat(process.failedRole()).isEmpty();
            try (Producer<String, CatalogItem> producer = producer()) {
                for (int i = 0; i < 6; i++) {
                    send(producer, "remote-" + i, remote("/picture-" + i));
                }
                send(producer, "gone", remote("/gone"));
                send(
                        producer,
                        "private",
                        item().setImageUrl("http://169.254.169.254/latest").build());
                send(
                        producer,
                        "inline",
                        item().setImage(ByteBuffer.wrap(BadPictures.sound(1))).build());
            }
            Awaitility.await("an item with its picture passes those that wait")
                    .atMost(Duration.ofSeconds(60))
                    .until(() ->
                            keys(cluster.topics().catalogLabels().name()).equals(Set.of("inline")) && asked.size() > 3);
        }

        silent = false;
        Set<String> all = new TreeSet<>(Set.of("inline"));
        for (int i = 0; i < 6; i++) {
            all.add("remote-" + i);
        }
        try (ServiceProcess process = label("second")) {
            assertThat(process.failedRole()).isEmpty();
            Awaitility.await("every picture that can be had is there")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(
                                    keys(cluster.topics().catalogLabels().name()))
                            .isEqualTo(all));
            Awaitility.await("the others are dead letters with their reasons")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(letters())
                            .containsOnlyKeys("gone", "private")
                            .hasEntrySatisfying("gone", letter -> assertThat(letter.detail())
                                    .contains("HTTP 404"))
                            .hasEntrySatisfying("private", letter -> assertThat(letter.detail())
                                    .contains("fetch.trusted-hosts")));
            assertThat(letters().values()).allSatisfy(letter -> {
                assertThat(letter.reason()).isEqualTo("image-url-not-fetched");
                assertThat(letter.sourceOffset()).isNotNegative();
                assertThat(letter.bytes()).isPositive();
            });
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(path);
        try {
            if (silent) {
                over.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (path.equals("/gone")) {
            exchange.sendResponseHeaders(404, -1);
        } else {
            byte[] picture = BadPictures.sound(path.hashCode());
            exchange.getResponseHeaders().add("Content-Type", "image/png");
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
        }
        exchange.close();
    }

    private ServiceProcess label(String machine) throws IOException {
        ServiceProcess process = new ServiceProcess();
        bench.start(process, EnumSet.of(Role.LABEL), folder.resolve(machine));
        return process;
    }

    private Producer<String, CatalogItem> producer() {
        AvroSerde<CatalogItem> items = cluster.serde(CatalogItem.class);
        return new KafkaProducer<>(cluster.clientConfig(), new StringSerializer(), items.serializer());
    }

    private void send(Producer<String, CatalogItem> producer, String id, CatalogItem item) throws Exception {
        producer.send(new ProducerRecord<>(cluster.topics().catalogItems().name(), id, item))
                .get();
    }

    private CatalogItem remote(String path) {
        return item().setImageUrl(base + path).build();
    }

    private static CatalogItem.Builder item() {
        return CatalogItem.newBuilder().setTitle("lamp").setDescription("a lamp that stands on a desk");
    }

    private Set<String> keys(String topic) {
        Set<String> keys = new TreeSet<>();
        try (Consumer<String, byte[]> reader = cluster.reader()) {
            List<TopicPartition> partitions = reader.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> reader.position(one) < ends.getOrDefault(one, 0L))) {
                reader.poll(Duration.ofMillis(100)).forEach(record -> keys.add(record.key()));
            }
        }
        return keys;
    }

    private Map<String, DeadLetter> letters() {
        List<DeadLetter> letters = new ArrayList<>();
        try (Consumer<byte[], byte[]> reader = cluster.rawReader()) {
            new DeadLetterTopic(reader, cluster.topics().deadLetters().name(), Duration.ofSeconds(10))
                    .read(letters::add);
        }
        Map<String, DeadLetter> byKey = new HashMap<>();
        letters.forEach(letter -> assertThat(byKey.put(letter.key(), letter)).isNull());
        return byKey;
    }
}
