package io.anchorstream.service.catalogue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A folder with {@code products.jsonl}, one item a line, and the pictures beside it. Keys: {@code id} (required),
 * {@code title}, {@code description}, {@code image} (relative path or http(s) URL), {@code keywords}, {@code category},
 * {@code group_id}, {@code domain}, {@code zs_split} ({@code train} or {@code test}); any other key becomes an
 * attribute.
 */
public final class CatalogueFolder {
    /** The one file that makes a folder a catalogue. */
    public static final String PRODUCTS = "products.jsonl";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;

    /** Whether it is a catalogue shows when it is read. */
    public CatalogueFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * The lines in order, read as the stream is consumed; blank lines are passed over. Close it.
     *
     * @throws NoSuchFileException if there is no {@code products.jsonl}
     */
    public Stream<CatalogueLine> lines() throws IOException {
        Path products = folder.resolve(PRODUCTS);
        if (!Files.isRegularFile(products)) {
            throw new NoSuchFileException(
                    products.toString(),
                    null,
                    "a catalogue folder holds a file " + PRODUCTS + ", one JSON object a line");
        }
        return CatalogueSource.jsonLines(Utf8.open(products));
    }

    /**
     * All entries of a folder that this program wrote itself.
     *
     * @throws IOException at the first line that cannot be used
     */
    List<CatalogueEntry> entries() throws IOException {
        List<CatalogueEntry> entries = new ArrayList<>();
        try (Stream<CatalogueLine> lines = lines()) {
            for (CatalogueLine line : (Iterable<CatalogueLine>) lines::iterator) {
                if (line instanceof CatalogueLine.Read read) {
                    entries.add(read.entry());
                } else if (line instanceof CatalogueLine.Refused refused) {
                    throw new IOException(
                            folder.resolve(PRODUCTS) + " line " + refused.number() + ": " + refused.reason());
                }
            }
        }
        return List.copyOf(entries);
    }

    /** Writes {@code products.jsonl} as a whole or not at all. */
    void write(List<CatalogueEntry> entries) throws IOException {
        Path part = folder.resolve(PRODUCTS + ".part");
        try (BufferedWriter writer = Files.newBufferedWriter(part)) {
            for (CatalogueEntry entry : entries) {
                writer.write(JSON.writeValueAsString(toJson(entry)));
                writer.write('\n');
            }
        }
        Files.move(part, folder.resolve(PRODUCTS), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static CatalogueLine parse(long number, String line) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return new CatalogueLine.Refused(number, "not JSON: " + e.getOriginalMessage());
        }
        if (!(json instanceof ObjectNode object)) {
            return new CatalogueLine.Refused(number, "a line is one JSON object, not " + json.getNodeType());
        }
        return line(number, object);
    }

    /** What one object says, whatever format it was written in. */
    static CatalogueLine line(long number, ObjectNode object) {
        Map<String, String> attributes = new LinkedHashMap<>();
        List<String> keywords = new ArrayList<>();
        Map<String, String> known = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String text = field.getValue().isValueNode()
                    ? field.getValue().asText()
                    : field.getValue().toString();
            switch (field.getKey()) {
                case "id", "title", "description", "image", "category", "group_id", "domain", "zs_split" -> {
                    if (!field.getValue().isNull()) {
                        known.put(field.getKey(), text);
                    }
                }
                case "keywords" -> {
                    if (field.getValue().isArray()) {
                        field.getValue().forEach(keyword -> keywords.add(keyword.asText()));
                    } else if (!text.isBlank()) {
                        keywords.addAll(List.of(text.split("\\s*,\\s*")));
                    }
                }
                default -> attributes.put(field.getKey(), text);
            }
        }
        String id = known.getOrDefault("id", "");
        if (id.isBlank()) {
            List<String> meant = FieldNames.meaning("id", attributes.keySet());
            return new CatalogueLine.Refused(
                    number,
                    "no \"id\"; every item needs one of its own"
                            + (meant.isEmpty() ? "" : "; is it \"" + meant.get(0) + "\"? Then name that field id"));
        }
        return new CatalogueLine.Read(
                number,
                new CatalogueEntry(
                        id,
                        known.getOrDefault("title", ""),
                        known.getOrDefault("description", ""),
                        keywords,
                        Optional.ofNullable(known.get("category")),
                        attributes,
                        Optional.ofNullable(known.get("image")),
                        Optional.ofNullable(known.get("group_id")),
                        Optional.ofNullable(known.get("domain")),
                        known.getOrDefault("zs_split", "train").equals("test")));
    }

    private static ObjectNode toJson(CatalogueEntry entry) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", entry.id());
        json.put("title", entry.title());
        json.put("description", entry.description());
        entry.image().ifPresent(image -> json.put("image", image));
        entry.keywords().forEach(json.putArray("keywords")::add);
        entry.category().ifPresent(category -> json.put("category", category));
        entry.group().ifPresent(group -> json.put("group_id", group));
        entry.domain().ifPresent(domain -> json.put("domain", domain));
        json.put("zs_split", entry.test() ? "test" : "train");
        entry.attributes().forEach(json::put);
        return json;
    }
}
