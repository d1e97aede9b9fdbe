package io.anchorstream.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

import io.anchorstream.avro.WeakLabel;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The label role over items that already wait on the topic, the first quarter left out as warm-up, beside a loop
 * that reads the same records and writes them to another topic.
 */
final class LabellingStage {
    /** The catalogue several times over: a second or two of work would measure the compiler. */
    static final int PASSES = 3;

    private LabellingStage() {}

    static Measurement run(Settings settings, Catalogue catalogue, boolean canonical)
            throws IOException, ExecutionException, InterruptedException {
        int items = catalogue.items().size() * PASSES;
        int warmUp = items / 4;
        Cluster cluster = Instance.prepare(settings);
        catalogue.write(cluster, canonical, PASSES);
        double bare = copyRate(cluster, items);
        double ours;
        try (Instance label = new Instance(settings, EnumSet.of(Role.LABEL));
                Follower<WeakLabel> labels = new Follower<>(
                        label.cluster(), cluster.topics().catalogLabels().name(), WeakLabel.class)) {
            long[] seen = new long[3]; // labels, end of the warm-up, end
            labels.until(() -> seen[0] == items, (value, timestamp, now) -> {
                seen[0]++;
                seen[1] = seen[0] <= warmUp ? now : seen[1];
                seen[2] = now;
            });
            ours = (items - warmUp) * 1000.0 / (seen[2] - seen[1]);
        }
        return new Measurement(
                canonical
                        ? "labelling, hashed text, pictures canonical already"
                        : "labelling, hashed text, PNG of 128 px decoded",
                ours,
                Optional.of(bare),
                "items/s",
                canonical ? "≥ 2,000 items/s" : "≥ 400 items/s");
    }

    /** Items a second of consume and produce alone, on the same bytes. */
    private static double copyRate(Cluster cluster, int items) throws ExecutionException, InterruptedException {
        String copy = cluster.topics().catalogItems().name() + "-copy";
        try (Admin admin = cluster.admin()) {
            admin.createTopics(List.of(new NewTopic(
                                    copy,
                                    Optional.of(cluster.topics().catalogItems().partitions()),
                                    Optional.empty())
                            .configs(Map.of("max.message.bytes", "16777216"))))
                    .all()
                    .get();
        }
        Map<String, Object> config = new HashMap<>(cluster.clientConfig());
        config.put("acks", "all");
        config.put("linger.ms", 20);
        config.put("batch.size", 256 * 1024);
        config.put("compression.type", "lz4");
        config.put("max.request.size", 16 * 1024 * 1024);
        try (Consumer<String, byte[]> consumer = cluster.reader();
                Producer<String, byte[]> producer =
                        new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            List<TopicPartition> partitions = consumer
                    .partitionsFor(cluster.topics().catalogItems().name())
                    .stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // The first record of each partition waits for its leader: a full pipe of them would be resent out of
            // order.
            for (TopicPartition partition : partitions) {
                producer.send(new ProducerRecord<>(copy, partition.partition(), "first", new byte[1]))
                        .get();
            }
            int copied = 0;
            long began = 0;
            while (copied < items) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    began = began == 0 ? System.nanoTime() : began;
                    var unused = producer.send(new ProducerRecord<>(copy, record.key(), record.value()));
                    copied++;
                }
            }
            producer.flush();
            return items * 1e9 / (System.nanoTime() - began);
        }
    }
}
