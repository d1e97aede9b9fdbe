package io.anchorstream.service.export;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anchorstream.avro.ItemEmbedding;

/** One JSON object a line: {@code id}, {@code vector}, {@code label}, {@code generation}, {@code modelVersion}. */
final class JsonLinesFile implements VectorFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final BufferedWriter writer;

    JsonLinesFile(Path file) throws IOException {
        this.writer = Files.newBufferedWriter(file);
    }

    @Override
    public void add(String id, ItemEmbedding embedding) throws IOException {
        ObjectNode line = JSON.createObjectNode();
        line.put("id", id);
        ArrayNode vector = line.putArray("vector");
        embedding.getVector().forEach(vector::add);
        line.put("label", embedding.getLabel());
        line.put("generation", embedding.getGeneration());
        line.put("modelVersion", embedding.getModelVersion());
        writer.write(JSON.writeValueAsString(line));
        writer.write('\n');
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
