package io.anchorstream.topology.labelling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.jspecify.annotations.Nullable;

/**
 * Reads labelling functions from YAML:
 *
 * <pre>
 * minShare: 0.5                  # a winner below this share of the cast weight is no winner
 * functions:
 *   - name: teapots
 *     keyword: [teapot, tea pot] # whole words in title, description or keywords
 *     label: teapot
 *   - name: volume
 *     regex: '(\d+) ?ml'         # found in title, description or keywords
 *     label: volume-$1
 *     weight: 0.5
 *   - name: shelf
 *     category: 'Home/.*'        # the whole category; true = any
 *     label: $0
 *   - name: colour
 *     attribute: colour          # the attribute is there; matches: pattern for its whole value
 *     label: colour-$0
 *   - name: same-product
 *     group: true                # learn from the evaluation group
 *     label: group-$0
 * </pre>
 */
public final class LabellingRulesFile {
    private static final Set<String> TESTS = Set.of("keyword", "regex", "category", "attribute", "group");
    private static final Set<String> KEYS =
            Set.of("name", "label", "weight", "matches", "keyword", "regex", "category", "attribute", "group");

    private LabellingRulesFile() {}

    /**
     * @throws IllegalArgumentException naming the function, the key and what it may be
     */
    public static LabellingFunctions read(Path file) throws IOException {
        try {
            return parse(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #read}, of the text itself. */
    public static LabellingFunctions parse(String yaml) {
        JsonNode root;
        try {
            root = new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new IllegalArgumentException("the labelling functions are no YAML: " + e.getMessage(), e);
        }
        List<LabellingRule> rules = new ArrayList<>();
        for (JsonNode node : root.path("functions")) {
            rules.add(rule(node));
        }
        return new LabellingFunctions(rules, root.path("minShare").asDouble(0.5));
    }

    private static LabellingRule rule(JsonNode node) {
        String name = text(node, "name");
        if (name == null) {
            throw new IllegalArgumentException("every labelling function needs a name; " + node + " has none");
        }
        for (Iterator<String> keys = node.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (!KEYS.contains(key)) {
                throw bad(name, "knows no key \"" + key + "\"; it may have " + new TreeSet<>(KEYS));
            }
        }
        List<String> tests = TESTS.stream().filter(node::has).sorted().toList();
        if (tests.size() != 1) {
            throw bad(name, "needs exactly one of " + new TreeSet<>(TESTS) + ", not " + tests);
        }
        String label = text(node, "label");
        if (label == null || label.isBlank()) {
            throw bad(name, "needs a label, e.g. label: teapot or label: colour-$0");
        }
        double weight = node.path("weight").asDouble(1);
        if (!(weight > 0)) {
            throw bad(name, "needs a weight above 0, not " + node.path("weight"));
        }
        return new LabellingRule(name, weight, test(name, tests.get(0), node), label);
    }

    private static LabellingRule.Test test(String name, String kind, JsonNode node) {
        JsonNode value = node.get(kind);
        return switch (kind) {
            case "keyword" -> {
                List<String> words = new ArrayList<>();
                for (JsonNode word : value.isArray() ? value : List.of(value)) {
                    words.add(word.asText().strip());
                }
                if (words.isEmpty() || words.stream().anyMatch(String::isEmpty)) {
                    throw bad(name, "needs one or more words under keyword, not " + value);
                }
                yield LabellingRule.keywords(words);
            }
            case "regex" -> new LabellingRule.Regex(pattern(name, value.asText()));
            case "category" -> new LabellingRule.Category(value.isBoolean() ? null : pattern(name, value.asText()));
            case "attribute" -> {
                String matches = text(node, "matches");
                yield new LabellingRule.Attribute(value.asText(), matches == null ? null : pattern(name, matches));
            }
            default -> new LabellingRule.Group();
        };
    }

    private static Pattern pattern(String name, String regex) {
        try {
            return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        } catch (PatternSyntaxException e) {
            throw bad(name, "has the broken pattern \"" + regex + "\": " + e.getDescription());
        }
    }

    private static @Nullable String text(JsonNode node, String key) {
        return node.hasNonNull(key) ? node.get(key).asText() : null;
    }

    private static IllegalArgumentException bad(String name, String what) {
        return new IllegalArgumentException("labelling function \"" + name + "\" " + what);
    }
}
