package io.anchorstream.service.index;

import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of an item beside its picture.
 *
 * @param label weak label, -1 = none
 * @param group evaluation truth: items of one group show the same product
 * @param domain evaluation truth: style or view
 * @param holdout never trained on
 * @param picture version of the picture: offset in {@code catalog.items} of the record that carried it, -1 while no
 *     checked picture has arrived
 * @param described the texts are those of the item's own record; otherwise the title is the one its picture came with
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ItemCard(
        String id,
        String title,
        @Nullable String category,
        List<String> keywords,
        @JsonFormat(shape = JsonFormat.Shape.STRING) long label,
        @Nullable String group,
        @Nullable String domain,
        boolean holdout,
        long picture,
        boolean described) {
    public ItemCard {
        keywords = List.copyOf(keywords);
    }

    static ItemCard unknown(String id) {
        return new ItemCard(id, "", null, List.of(), -1, null, null, false, -1, false);
    }

    ItemCard withText(
            String newTitle,
            @Nullable String newCategory,
            List<String> newKeywords,
            @Nullable String newGroup,
            @Nullable String newDomain) {
        return new ItemCard(id, newTitle, newCategory, newKeywords, label, newGroup, newDomain, holdout, picture, true);
    }

    ItemCard withoutText() {
        return new ItemCard(id, "", null, List.of(), label, null, null, holdout, picture, false);
    }

    ItemCard withLabel(long newLabel, boolean newHoldout) {
        return new ItemCard(id, title, category, keywords, newLabel, group, domain, newHoldout, picture, described);
    }

    ItemCard withPicture(String newTitle, long newPicture) {
        String shown = described ? title : newTitle;
        return new ItemCard(id, shown, category, keywords, label, group, domain, holdout, newPicture, described);
    }

    ItemCard withoutPicture() {
        return withPicture("", -1);
    }

    /** Whether no topic holds anything of the item that a card shows. */
    boolean isBlank() {
        return !described && picture < 0 && label < 0;
    }

    /** Whether title, category or keywords hold every one of the words, in lower case. */
    boolean mentions(List<String> words) {
        if (words.isEmpty()) {
            return true;
        }
        String text = (title + ' ' + String.join(" ", keywords) + ' ' + (category == null ? "" : category))
                .toLowerCase(Locale.ROOT);
        return words.stream().allMatch(text::contains);
    }
}
