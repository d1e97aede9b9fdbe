package io.anchorstream.service.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;

/** Reads {@code anchorstream.yaml}: nested maps and dotted names mean the same, lists become comma-separated. */
public final class YamlFile {
    /** Looked for in the working directory when no file is named. */
    public static final Path STANDARD = Path.of("anchorstream.yaml");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private YamlFile() {}

    /**
     * @throws ConfigurationException if the file is missing or is not a YAML map
     */
    public static Settings.Layer read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigurationException("no configuration file " + file + "; name another with --config");
        }
        try {
            JsonNode tree = YAML.readTree(file.toFile());
            Map<String, String> values = new LinkedHashMap<>();
            if (tree.isObject()) {
                flatten("", tree, values);
            } else if (!tree.isMissingNode() && !tree.isNull()) {
                throw new ConfigurationException(file + ": must be a map of keys to values");
            }
            return new Settings.Layer(file.toString(), values);
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(
                    file + " line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new ConfigurationException("cannot read " + file + ": " + e.getMessage());
        }
    }

    private static void flatten(String path, JsonNode node, Map<String, String> values) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = path + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject()) {
                flatten(name + ".", value, values);
            } else if (value.isArray()) {
                values.put(
                        name,
                        StreamSupport.stream(value.spliterator(), false)
                                .map(JsonNode::asText)
                                .collect(Collectors.joining(",")));
            } else if (!value.isNull()) {
                values.put(name, value.asText());
            }
        }
    }
}
