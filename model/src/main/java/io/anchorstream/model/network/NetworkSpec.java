package io.anchorstream.model.network;

import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Everything needed to build a network, apart from its weights.
 *
 * @param kind {@code hybrid}, {@code resnet}, {@code torchscript}
 * @param options every option of the kind with its value, defaults written out, so that a later change of a default
 *     does not change an old model
 * @param imageSize edge of the canonical images it takes
 * @param dimension length of the vectors it makes
 */
public record NetworkSpec(String kind, Map<String, String> options, int imageSize, int dimension) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public NetworkSpec {
        options = java.util.Collections.unmodifiableMap(new TreeMap<>(options));
        if (imageSize < 8 || imageSize > 1024) {
            throw new IllegalArgumentException("the image size must be 8 to 1024 pixels, not " + imageSize);
        }
        if (dimension < 2 || dimension > 4096) {
            throw new IllegalArgumentException("the embedding dimension must be 2 to 4096, not " + dimension);
        }
    }

    /** Canonical: equal specifications give equal text. */
    public String toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.put("kind", kind);
        node.put("imageSize", imageSize);
        node.put("dimension", dimension);
        ObjectNode values = node.putObject("options");
        options.forEach(values::put);
        return node.toString();
    }

    /**
     * @throws IllegalArgumentException if the text is not a specification
     */
    public static NetworkSpec fromJson(String json) {
        try {
            JsonNode node = JSON.readTree(json);
            Map<String, String> options = new TreeMap<>();
            node.path("options")
                    .properties()
                    .forEach(e -> options.put(e.getKey(), e.getValue().asText()));
            return new NetworkSpec(
                    node.path("kind").asText(),
                    options,
                    node.path("imageSize").asInt(),
                    node.path("dimension").asInt());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a network specification is JSON, not: " + json, e);
        }
    }
}
