package io.anchorstream.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The safetensors layout: eight bytes little-endian length of a JSON header, the header ({@code name → dtype, shape,
 * data_offsets}, and {@code __metadata__}), then the raw little-endian data without gaps. Readable from Python with
 * {@code safetensors.numpy.load_file}. Equal content gives equal bytes.
 */
public final class SafeTensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "__metadata__";
    private static final int LARGEST_HEADER = 100_000_000;

    private SafeTensors() {}

    /** What a file holds, in the order of its header. */
    public record Content(Map<String, Tensor> tensors, Map<String, String> metadata) {}

    public static byte[] toBytes(Map<String, Tensor> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(tensors, metadata, out);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return out.toByteArray();
    }

    public static void write(Map<String, Tensor> tensors, Map<String, String> metadata, OutputStream out)
            throws IOException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = header.putObject(METADATA);
            metadata.forEach(node::put);
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            ObjectNode node = header.putObject(entry.getKey());
            node.put("dtype", tensor.type().name());
            ArrayNode shape = node.putArray("shape");
            Arrays.stream(tensor.shape()).forEach(shape::add);
            node.putArray("data_offsets").add(offset).add(offset + tensor.data().length);
            offset += tensor.data().length;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .array());
        out.write(padded);
        for (Tensor tensor : tensors.values()) {
            out.write(tensor.data());
        }
    }

    /**
     * @throws IllegalArgumentException if the bytes are not a whole safetensors file, saying where they go wrong
     */
    public static Content fromBytes(byte[] bytes) {
        if (bytes.length < Long.BYTES) {
            throw new IllegalArgumentException(
                    "a tensor file begins with 8 bytes of length; there are " + bytes.length);
        }
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > LARGEST_HEADER || length > bytes.length - Long.BYTES) {
            throw new IllegalArgumentException(
                    "a tensor file of " + bytes.length + " bytes cannot have a header of " + length);
        }
        JsonNode header;
        try {
            header = JSON.readTree(new String(bytes, Long.BYTES, (int) length, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the header of a tensor file is not JSON: " + e.getOriginalMessage(), e);
        }
        int start = Long.BYTES + (int) length;
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals(METADATA)) {
                entry.getValue()
                        .properties()
                        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
            } else {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), bytes, start));
            }
        }
        return new Content(tensors, metadata);
    }

    private static Tensor tensor(String name, JsonNode node, byte[] bytes, int start) {
        JsonNode offsets = node.path("data_offsets");
        long from = offsets.path(0).asLong(-1);
        long to = offsets.path(1).asLong(-1);
        if (from < 0 || to < from || to > bytes.length - start) {
            throw new IllegalArgumentException("tensor " + name + " lies at " + from + ".." + to + " of "
                    + (bytes.length - start) + " bytes of data: the file is truncated");
        }
        Tensor.Type type = Tensor.Type.valueOf(node.path("dtype").asText());
        long[] shape = new long[node.path("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = node.path("shape").path(i).asLong();
        }
        return new Tensor(type, shape, Arrays.copyOfRange(bytes, start + (int) from, start + (int) to));
    }
}
