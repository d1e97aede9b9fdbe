package io.anchorstream.model.loss;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Reference values: a small set kept with the tests, and every case of the file named by the system property {@code
 * vectors}.
 */
public final class VectorCases {
    private VectorCases() {}

    public static List<JsonNode> files() {
        List<JsonNode> files = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        try (InputStream in = VectorCases.class.getResourceAsStream("vectors.json")) {
            files.add(json.readTree(in));
            String more = System.getProperty("vectors", "");
            if (!more.isBlank()) {
                try (InputStream file = Files.newInputStream(Path.of(more))) {
                    files.add(json.readTree(file));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the reference values: -Dvectors must name a JSON file", e);
        }
        return files;
    }

    public static float[][] matrix(JsonNode node) {
        float[][] out = new float[node.size()][];
        for (int i = 0; i < out.length; i++) {
            out[i] = new float[node.get(i).size()];
            for (int j = 0; j < out[i].length; j++) {
                out[i][j] = node.get(i).get(j).floatValue();
            }
        }
        return out;
    }

    public static long[] longs(JsonNode node) {
        long[] out = new long[node.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = node.get(i).longValue();
        }
        return out;
    }
}
