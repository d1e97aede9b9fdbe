package io.anchorstream.topology.labelling;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.text.ItemText;
import org.jspecify.annotations.Nullable;

/**
 * A labelling function read from YAML.
 *
 * @param test when it votes
 * @param label what it votes for; {@code $0} stands for what was matched, {@code $1} to {@code $9} for groups of a regex
 */
record LabellingRule(String name, double weight, Test test, String label) implements LabellingFunction {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$(\\d)");

    /** What a rule looks at. */
    sealed interface Test {}

    /** Any of the words or phrases, as whole words, in any case, in title, description or keywords. */
    record Keywords(Pattern anyOf) implements Test {}

    /** The pattern is found in title, description or keywords. */
    record Regex(Pattern pattern) implements Test {}

    /** The category matches as a whole; null = any category. */
    record Category(@Nullable Pattern pattern) implements Test {}

    /** The attribute is present, and matches as a whole when there is a pattern. */
    record Attribute(String attribute, @Nullable Pattern pattern) implements Test {}

    /** The item has an evaluation group; naming it here is the user's decision to learn from it. */
    record Group() implements Test {}

    @Override
    public Optional<String> label(CatalogItem item) {
        if (test instanceof Keywords keywords) {
            return found(keywords.anyOf(), text(item));
        } else if (test instanceof Regex regex) {
            return found(regex.pattern(), text(item));
        } else if (test instanceof Category category) {
            return whole(category.pattern(), item.getCategory());
        } else if (test instanceof Attribute attribute) {
            return whole(attribute.pattern(), item.getAttributes().get(attribute.attribute()));
        }
        return whole(null, item.getTruth() == null ? null : item.getTruth().getGroup());
    }

    private Optional<String> found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(new TextBudget(text));
        return matcher.find() ? Optional.of(filled(matcher)) : Optional.empty();
    }

    private Optional<String> whole(@Nullable Pattern pattern, @Nullable String value) {
        if (value == null || value.isBlank()) {
            return Optional.empty();
        }
        String cut = value.length() <= ItemText.MAX_CHARS ? value : value.substring(0, ItemText.MAX_CHARS);
        Matcher matcher = (pattern == null ? Pattern.compile(".*", Pattern.DOTALL) : pattern)
                .matcher(new TextBudget(cut.strip()));
        return matcher.matches() ? Optional.of(filled(matcher)) : Optional.empty();
    }

    private String filled(Matcher match) {
        return PLACEHOLDER.matcher(label).replaceAll(placeholder -> {
            int group = Integer.parseInt(placeholder.group(1));
            String value = group <= match.groupCount() ? match.group(group) : "";
            return Matcher.quoteReplacement(value == null ? "" : value.toLowerCase(Locale.ROOT));
        });
    }

    private static String text(CatalogItem item) {
        return ItemText.compose(item.getTitle(), item.getDescription(), item.getKeywords());
    }

    static Keywords keywords(List<String> words) {
        String any = String.join("|", words.stream().map(Pattern::quote).toList());
        return new Keywords(Pattern.compile(
                "(?<![\\p{L}\\p{N}])(?:" + any + ")(?![\\p{L}\\p{N}])",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
    }
}
