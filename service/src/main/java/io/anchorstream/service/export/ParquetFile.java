package io.anchorstream.service.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.ItemEmbedding;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * One row an item: {@code id}, {@code vector} as a list of floats, {@code label}, {@code generation},
 * {@code modelVersion}. What most tools for tables read; Hadoop is not needed.
 */
final class ParquetFile implements VectorFile {
    private static final MessageType SCHEMA = Types.buildMessage()
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("id")
            .requiredList()
            .requiredElement(PrimitiveTypeName.FLOAT)
            .named("vector")
            .required(PrimitiveTypeName.INT64)
            .named("label")
            .required(PrimitiveTypeName.INT64)
            .named("generation")
            .required(PrimitiveTypeName.INT64)
            .named("modelVersion")
            .named("embedding");

    private final ParquetWriter<Row> writer;
    private int dimension;

    private record Row(String id, ItemEmbedding embedding) {}

    ParquetFile(Path file) throws IOException {
        this.writer = new Builder(new LocalOutputFile(file))
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_1_0)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withDictionaryEncoding("vector.list.element", false) // no two numbers are alike
                .build();
    }

    @Override
    public void add(String id, ItemEmbedding embedding) throws IOException {
        int length = embedding.getVector().size();
        dimension = dimension == 0 ? length : dimension;
        if (length != dimension) {
            throw VectorFile.mixed(id, length, dimension);
        }
        writer.write(new Row(id, embedding));
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
        Builder(OutputFile file) {
            super(file);
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract still
        protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
            return new Rows();
        }

        @Override
        protected WriteSupport<Row> getWriteSupport(ParquetConfiguration configuration) {
            return new Rows();
        }
    }

    private static final class Rows extends WriteSupport<Row> {
        @SuppressWarnings("NullAway.Init") // prepareForWrite comes before the first row
        private RecordConsumer out;

        @Override
        @SuppressWarnings("deprecation") // abstract still
        public WriteContext init(Configuration configuration) {
            return new WriteContext(SCHEMA, Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(SCHEMA, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            out = consumer;
        }

        @Override
        public void write(Row row) {
            out.startMessage();
            field(0, () -> out.addBinary(Binary.fromString(row.id())));
            field(1, () -> list(row.embedding().getVector()));
            field(2, () -> out.addLong(row.embedding().getLabel()));
            field(3, () -> out.addLong(row.embedding().getGeneration()));
            field(4, () -> out.addLong(row.embedding().getModelVersion()));
            out.endMessage();
        }

        private void field(int index, Runnable content) {
            String name = SCHEMA.getFieldName(index);
            out.startField(name, index);
            content.run();
            out.endField(name, index);
        }

        /** The three levels by which Parquet writes a list. */
        private void list(List<Float> numbers) {
            out.startGroup();
            if (!numbers.isEmpty()) {
                out.startField("list", 0);
                for (float number : numbers) {
                    out.startGroup();
                    out.startField("element", 0);
                    out.addFloat(number);
                    out.endField("element", 0);
                    out.endGroup();
                }
                out.endField("list", 0);
            }
            out.endGroup();
        }
    }
}
