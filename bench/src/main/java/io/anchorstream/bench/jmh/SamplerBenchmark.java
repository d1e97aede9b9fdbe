package io.anchorstream.bench.jmh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.anchorstream.topology.batching.BatchSettings;
import io.anchorstream.topology.batching.BufferEvent;
import io.anchorstream.topology.batching.ClassBuffers;
import io.anchorstream.topology.batching.DrawBatches;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One item into the class buffers and its share of a drawn batch (one of 16 x 4 for each 16 items), on RocksDB. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplerBenchmark {
    private static final int PICTURE = 3 * 48 * 48;
    private static final int TEXT = 384;

    @Param({"100", "5000"})
    public int labels;

    private @Nullable StreamsHarness harness;
    private long next;

    @Setup
    public void open() throws IOException {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(store(ClassBuffers.ITEMS_STORE));
        builder.addStateStore(store(ClassBuffers.INDEX_STORE));
        builder.stream("arrivals", Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .process(() -> new Arrival(labels))
                .process(
                        () -> new DrawBatches(BatchSettings.defaults(), "none"),
                        ClassBuffers.ITEMS_STORE,
                        ClassBuffers.INDEX_STORE);
        Topology topology = builder.build();
        harness = new StreamsHarness(topology, "arrivals");
        for (int i = 0; i < 2 * labels; i++) {
            item();
        }
    }

    @Benchmark
    @SuppressWarnings("NullAway") // JMH calls the set-up first
    public void item() {
        harness.put(Long.toString(next++), new byte[PICTURE]);
    }

    @TearDown
    @SuppressWarnings("NullAway") // JMH calls the set-up first
    public void close() throws IOException {
        harness.close();
    }

    private static StoreBuilder<?> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray());
    }

    private static final class Arrival extends ContextualProcessor<String, byte[], String, Object> {
        private final int labels;

        Arrival(int labels) {
            this.labels = labels;
        }

        @Override
        public void process(Record<String, byte[]> record) {
            long number = Long.parseLong(record.key());
            context()
                    .forward(record.withValue(new BufferEvent.Arrived(
                            record.key(),
                            number % labels,
                            1,
                            ByteBuffer.wrap(record.value()),
                            new float[TEXT],
                            "none",
                            List.of())));
        }
    }
}
