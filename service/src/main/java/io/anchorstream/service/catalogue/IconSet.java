package io.anchorstream.service.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

/**
 * What one vendor's set contains, without the drawings (a set has up to 104 MB of them; {@link IconBodies} streams
 * those).
 *
 * @param frame the view box of drawings that name none
 * @param names drawings by name
 * @param aliases other name to drawing name
 * @param categories drawing name to the vendor's category
 * @param codePoints drawing name to its code points, as in {@code 1f34e} or {@code 1f468-200d-1f373}
 */
record IconSet(
        String prefix,
        SetLicence licence,
        IconFrame frame,
        Set<String> names,
        Map<String, String> aliases,
        Map<String, String> categories,
        Map<String, String> codePoints) {
    static final String FOLDER = "META-INF/resources/webjars/iconify__json/2.2.378/json/";
    private static final JsonFactory JSON = new JsonFactory();

    static JsonParser open(String prefix) throws IOException {
        String resource = FOLDER + prefix + ".json";
        InputStream in = IconSet.class.getClassLoader().getResourceAsStream(resource);
        if (in == null) {
            throw new IOException("the pictogram set " + resource
                    + " is not on the class path; org.webjars.npm:iconify__json:2.2.378 holds it");
        }
        return JSON.createParser(in);
    }

    static IconSet read(String prefix) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> hidden = new LinkedHashSet<>();
        Map<String, String> aliases = new LinkedHashMap<>();
        Map<String, String> categories = new HashMap<>();
        Map<String, String> codePoints = new HashMap<>();
        SetLicence licence = new SetLicence(prefix, prefix, "", "", "", "");
        IconFrame frame = IconFrame.DEFAULT;
        try (JsonParser json = open(prefix)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "info" -> licence = readLicence(prefix, json);
                    case "icons" -> readIcons(json, names, hidden);
                    case "aliases" -> readAliases(json, aliases);
                    case "categories" -> readCategories(json, categories);
                    case "chars" -> readCodePoints(json, codePoints);
                    default -> frame = frame.with(field, json);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the pictogram set " + prefix, e);
        }
        names.removeAll(hidden);
        return new IconSet(prefix, licence, frame, names, aliases, categories, codePoints);
    }

    /** The drawing that goes by a name in this set, following an alias. */
    Optional<String> drawing(String name) {
        if (names.contains(name)) {
            return Optional.of(name);
        }
        return Optional.ofNullable(aliases.get(name)).filter(names::contains);
    }

    private static void readIcons(JsonParser json, Set<String> names, Set<String> hidden) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            names.add(name);
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean marksHidden = json.currentName().equals("hidden");
                json.nextToken();
                if (marksHidden) {
                    hidden.add(name);
                }
                json.skipChildren();
            }
        }
    }

    /** Plain aliases only: a flipped or rotated one would be another drawing. */
    private static void readAliases(JsonParser json, Map<String, String> aliases) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            String parent = "";
            int fields = 0;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                fields++;
                if (json.currentName().equals("parent")) {
                    parent = json.nextTextValue();
                } else {
                    json.nextToken();
                    json.skipChildren();
                }
            }
            if (fields == 1 && !parent.isEmpty()) {
                aliases.put(name, parent);
            }
        }
    }

    private static void readCategories(JsonParser json, Map<String, String> categories) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String category = json.currentName();
            json.nextToken();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                categories.putIfAbsent(json.getText(), category);
            }
        }
    }

    private static void readCodePoints(JsonParser json, Map<String, String> codePoints) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String code = json.currentName();
            codePoints.putIfAbsent(json.nextTextValue(), code);
        }
    }

    private static SetLicence readLicence(String prefix, JsonParser json) throws IOException {
        Map<String, String> values = new HashMap<>();
        flatten("", json, values);
        return new SetLicence(
                prefix,
                values.getOrDefault("name", prefix),
                values.getOrDefault("author.name", ""),
                values.getOrDefault("author.url", ""),
                values.getOrDefault("license.spdx", values.getOrDefault("license.title", "")),
                values.getOrDefault("license.url", ""));
    }

    private static void flatten(String path, JsonParser json, Map<String, String> values) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = path + json.currentName();
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_OBJECT) {
                flatten(name + ".", json, values);
            } else if (token.isScalarValue()) {
                values.put(name, json.getText());
            } else {
                json.skipChildren();
            }
        }
    }
}
