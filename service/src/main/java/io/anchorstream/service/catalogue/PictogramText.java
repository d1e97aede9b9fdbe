package io.anchorstream.service.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import com.vdurmont.emoji.Emoji;
import com.vdurmont.emoji.EmojiManager;

/**
 * Writes the text of a pictogram's item the way a catalogue would: every vendor words it a little differently, so that
 * labelling has something to do, and nothing in it gives the group away but what it says.
 */
final class PictogramText {
    private static final List<String> KINDS =
            List.of("pictogram", "icon", "picture", "drawing", "symbol", "illustration");

    private final SeededHash hash;

    PictogramText(SeededHash hash) {
        this.hash = hash;
    }

    String title(String name) {
        String words = name.replace('-', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    List<String> keywords(PictogramSelection.Pictogram pictogram) {
        Set<String> keywords = new LinkedHashSet<>(List.of(pictogram.name().split("-")));
        keywords.addAll(List.of(pictogram.category().toLowerCase(Locale.ROOT).split(" & ")));
        emoji(pictogram).ifPresent(emoji -> {
            keywords.addAll(emoji.getTags());
            emoji.getAliases().forEach(alias -> keywords.add(alias.replace('_', ' ')));
        });
        return List.copyOf(keywords);
    }

    String description(PictogramSelection.Pictogram pictogram, String itemId) {
        String kind = KINDS.get(hash.below(KINDS.size(), "kind/" + itemId));
        String subject = pictogram.name().replace('-', ' ');
        List<String> tags = new ArrayList<>();
        Optional<Emoji> emoji = emoji(pictogram);
        emoji.ifPresent(found -> {
            for (String tag : found.getTags()) {
                if (hash.below(3, "tag/" + itemId + '/' + tag) > 0) {
                    tags.add(tag);
                }
            }
        });
        String known = emoji.map(Emoji::getDescription)
                .filter(description -> !description.equals(subject))
                .filter(description -> hash.below(2, "known/" + itemId) == 0)
                .map(description -> ", " + description)
                .orElse("");
        String tagged = tags.isEmpty() ? "" : " Also: " + String.join(", ", tags) + ".";
        return subject.substring(0, 1).toUpperCase(Locale.ROOT) + subject.substring(1) + known + ": "
                + ("aeiou".indexOf(kind.charAt(0)) < 0 ? "a " : "an ") + kind
                + " of the kind "
                + pictogram.category().toLowerCase(Locale.ROOT).replace("&", "and") + "." + tagged;
    }

    private static Optional<Emoji> emoji(PictogramSelection.Pictogram pictogram) {
        // Half of the data base spells text-style emoji with the variation selector, half without.
        return pictogram.codePoints().map(PictogramText::text).map(text -> {
            Emoji plain = EmojiManager.getByUnicode(text);
            return plain != null ? plain : EmojiManager.getByUnicode(text + "\uFE0F");
        });
    }

    private static String text(String codePoints) {
        StringBuilder text = new StringBuilder();
        for (String code : codePoints.split("-")) {
            text.appendCodePoint(Integer.parseInt(code, 16));
        }
        return text.toString();
    }
}
