package io.anchorstream.service.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.serde.AvroDeserializer;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddingExportTest {
    private static final Map<String, Object> MOCK = Map.of("schema.registry.url", "mock://export");

    private final Topics topics = Topics.create("", TopicSizing.of(1, 1));
    private final AvroSerde<ItemEmbedding> embeddings = AvroSerde.of(ItemEmbedding.class, MOCK);
    private final AvroSerde<GenerationEvent> events = AvroSerde.of(GenerationEvent.class, MOCK);
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");

    @Test
    void writesAnArrayThatNumpyReadsWithAnIdForEachRow(@TempDir Path folder) throws IOException {
        embeddings(
                embedding("b", 1, 3f, 4f),
                embedding("a", 1, 1f, 2f),
                embedding("old", 0, 9f, 9f),
                embedding("gone", 1, 5f, 5f),
                deleted("gone"));
        Path file = folder.resolve("vectors.npy");

        EmbeddingExport.Outcome outcome = export().write(1, EmbeddingExport.Format.NPY, file);

        assertThat(outcome).isEqualTo(new EmbeddingExport.Outcome(1, 2, 1));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(128 + 2 * 2 * 4);
        byte[] header = new byte[128];
        bytes.get(header);
        assertThat(new String(header, 1, 5, StandardCharsets.US_ASCII)).isEqualTo("NUMPY");
        assertThat(new String(header, 10, 118, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }")
                .endsWith(" \n");
        assertThat(List.of(bytes.getFloat(), bytes.getFloat(), bytes.getFloat(), bytes.getFloat()))
                .containsExactly(1f, 2f, 3f, 4f);
        assertThat(Files.readAllLines(folder.resolve("vectors.npy.ids.txt"))).containsExactly("a", "b");
        assertThat(folder.toFile().list()).as("nothing half-written stays").hasSize(2);
    }

    @Test
    void writesATableThatParquetsOwnReaderReads(@TempDir Path folder) throws IOException {
        embeddings(embedding("b", 1, 3f, 4f), embedding("a", 1, 1f, 2f), embedding("old", 0, 9f, 9f));
        Path file = folder.resolve("vectors.parquet");

        EmbeddingExport.Outcome outcome =
                export().write(1, EmbeddingExport.Format.of(file).orElseThrow(), file);

        assertThat(outcome).isEqualTo(new EmbeddingExport.Outcome(1, 2, 1));
        List<String> rows = new ArrayList<>();
        try (ParquetReader<Group> reader =
                new ParquetReader.Builder<Group>(new LocalInputFile(file), new PlainParquetConfiguration()) {
                    @Override
                    protected ReadSupport<Group> getReadSupport() {
                        return new GroupReadSupport();
                    }
                }.build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                Group list = row.getGroup("vector", 0);
                List<Float> vector = new ArrayList<>();
                for (int i = 0; i < list.getFieldRepetitionCount("list"); i++) {
                    vector.add(list.getGroup("list", i).getFloat("element", 0));
                }
                rows.add(row.getString("id", 0) + " " + vector + " label " + row.getLong("label", 0) + " generation "
                        + row.getLong("generation", 0) + " version " + row.getLong("modelVersion", 0));
            }
        }
        assertThat(rows)
                .containsExactly(
                        "a [1.0, 2.0] label -1 generation 1 version 7", "b [3.0, 4.0] label -1 generation 1 version 7");
        assertThat(folder.toFile().list()).as("nothing half-written stays").containsExactly("vectors.parquet");
    }

    @Test
    void takesTheFormatFromTheEndOfTheNameAndGuessesNone() {
        assertThat(EmbeddingExport.Format.of(Path.of("a.b/Vectors.NPY"))).contains(EmbeddingExport.Format.NPY);
        assertThat(EmbeddingExport.Format.of(Path.of("vectors.jsonl"))).contains(EmbeddingExport.Format.JSONL);
        assertThat(EmbeddingExport.Format.of(Path.of("vectors.csv"))).isEmpty();
        assertThat(EmbeddingExport.Format.of(Path.of("npy"))).isEmpty();
    }

    @Test
    void writesNoFileWhereNoItemIsOfTheGeneration(@TempDir Path folder) throws IOException {
        embeddings(embedding("a", 1, 1f, 2f));

        EmbeddingExport.Outcome outcome = export().write(77, EmbeddingExport.Format.NPY, folder.resolve("vectors.npy"));

        assertThat(outcome).isEqualTo(new EmbeddingExport.Outcome(77, 0, 1));
        assertThat(folder.toFile().list()).isEmpty();
    }

    @Test
    void refusesVectorsOfTwoLengthsInOneGeneration(@TempDir Path folder) {
        for (EmbeddingExport.Format format : List.of(EmbeddingExport.Format.NPY, EmbeddingExport.Format.PARQUET)) {
            embeddings(embedding("a", 1, 1f, 2f), embedding("b", 1, 1f));
            Path file = folder.resolve("mixed");

            assertThatThrownBy(() -> export().write(1, format, file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("item b has a vector of 1 numbers in a generation of 2");
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void writesOneObjectALine(@TempDir Path folder) throws IOException {
        embeddings(embedding("a", 1, 1f, 2f));
        Path file = folder.resolve("vectors.jsonl");

        export().write(1, EmbeddingExport.Format.JSONL, file);

        assertThat(Files.readString(file))
                .isEqualTo("{\"id\":\"a\",\"vector\":[1.0,2.0],\"label\":-1,\"generation\":1,\"modelVersion\":7}\n");
    }

    @Test
    void findsTheNewestGenerationThatIsComplete() {
        topic(
                topics.catalogGenerations().name(),
                event(0, GenerationState.COMPLETE),
                event(1, GenerationState.COMPLETE),
                event(2, GenerationState.OPENED));

        assertThat(export().generations().newestComplete()).isEqualTo(1);
    }

    private EmbeddingExport export() {
        AvroDeserializer<SpecificRecord> values = new AvroDeserializer<>();
        Map<String, Object> config = new HashMap<>(MOCK);
        config.put("specific.avro.reader", true);
        values.configure(config, false);
        return new EmbeddingExport(topics, consumer, values);
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Entry(String key, byte @Nullable [] value) {}

    private void embeddings(Entry... entries) {
        topic(topics.catalogEmbeddings().name(), entries);
    }

    /** Puts records onto partition 0; the mock hands them out at the first poll after the assignment. */
    private void topic(String name, Entry... entries) {
        TopicPartition partition = new TopicPartition(name, 0);
        Node node = new Node(0, "localhost", 1);
        consumer.updatePartitions(
                name, List.of(new PartitionInfo(name, 0, node, new Node[] {node}, new Node[] {node})));
        consumer.updateBeginningOffsets(Map.of(partition, 0L));
        consumer.updateEndOffsets(Map.of(partition, (long) entries.length));
        consumer.schedulePollTask(() -> {
            for (int i = 0; i < entries.length; i++) {
                consumer.addRecord(new ConsumerRecord<>(name, 0, i, entries[i].key(), entries[i].value()));
            }
        });
    }

    private Entry embedding(String id, long generation, float... vector) {
        List<Float> numbers = new ArrayList<>();
        for (float number : vector) {
            numbers.add(number);
        }
        ItemEmbedding record = ItemEmbedding.newBuilder()
                .setVector(numbers)
                .setDimension(vector.length)
                .setModelVersion(7)
                .setGeneration(generation)
                .build();
        return new Entry(
                id, embeddings.serializer().serialize(topics.catalogEmbeddings().name(), record));
    }

    private static Entry deleted(String id) {
        return new Entry(id, null);
    }

    private Entry event(long generation, GenerationState state) {
        GenerationEvent record = GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(generation)
                .setState(state)
                .build();
        return new Entry(
                Long.toString(generation),
                events.serializer().serialize(topics.catalogGenerations().name(), record));
    }
}
