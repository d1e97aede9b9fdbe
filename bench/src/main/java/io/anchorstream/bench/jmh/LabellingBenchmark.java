package io.anchorstream.bench.jmh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import io.anchorstream.model.text.HashedTextEncoder;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.labelling.Fetching;
import io.anchorstream.topology.labelling.LabelSettings;
import io.anchorstream.topology.labelling.LabelTopology;
import io.anchorstream.topology.pacing.Lateness;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One item of 48 px, canonical already, through the whole label topology: parsed, checked, encoded by hashing, clustered
 * among 1,000 classes, buffered in RocksDB, drawn into batches. Without a broker: what a stream thread has to do.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LabellingBenchmark {
    private static final int SIZE = 48;
    private static final int CLASSES = 1_000;
    private static final Map<String, String> SERDES = Map.of("schema.registry.url", "mock://jmh-labelling");

    private final Random random = new Random(5);
    private @Nullable StreamsHarness harness;
    private @Nullable Serializer<CatalogItem> serializer;
    private String topic = "";
    private long next;

    @Setup
    public void open() throws IOException {
        Topics topics = Topics.create("", TopicSizing.defaults());
        topic = topics.catalogItems().name();
        serializer = AvroSerde.of(CatalogItem.class, SERDES).serializer();
        harness = new StreamsHarness(
                LabelTopology.build(
                        LabelSettings.defaults(1),
                        topics,
                        SERDES,
                        new ImageDecoder(ImageLimits.defaults(), SIZE),
                        new HashedTextEncoder(),
                        new Lateness(Clock.systemUTC()),
                        Fetching.none()),
                topic);
        for (int i = 0; i < CLASSES; i++) {
            item();
        }
    }

    @Benchmark
    @SuppressWarnings("NullAway") // JMH calls the set-up first
    public void item() {
        long number = next++;
        long kind = number % CLASSES;
        byte[] pixels = new byte[3 * SIZE * SIZE];
        random.nextBytes(pixels);
        CatalogItem item = CatalogItem.newBuilder()
                .setTitle("kind " + kind + " of thing " + kind * 7919 + " colour " + kind * 104729)
                .setImage(ByteBuffer.wrap(new CanonicalImage(SIZE, pixels).toBytes()))
                .build();
        harness.put("item-" + number, serializer.serialize(topic, item));
    }

    @TearDown
    @SuppressWarnings("NullAway") // JMH calls the set-up first
    public void close() throws IOException {
        harness.close();
    }
}
