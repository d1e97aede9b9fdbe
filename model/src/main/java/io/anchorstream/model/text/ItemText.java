package io.anchorstream.model.text;

import java.util.List;

/**
 * The one way in which an item's fields become the text that is encoded: {@code title. description. keyword, keyword}.
 * Changing it changes all text vectors, so it carries a version that encoders put into theirs.
 */
public final class ItemText {
    /** Part of every encoder's version. */
    public static final String VERSION = "text1";

    /** Encoders and rules read this many characters at most: far beyond their windows, far below what would stall them. */
    public static final int MAX_CHARS = 4_000;

    private ItemText() {}

    /** The text of an item, at most {@link #MAX_CHARS} long, or an empty string when no field says anything. */
    public static String compose(String title, String description, List<String> keywords) {
        StringBuilder text = new StringBuilder();
        append(text, title, ". ");
        append(text, description, ". ");
        String separator = ". ";
        for (String keyword : keywords) {
            append(text, keyword, separator);
            separator = ", ";
        }
        return cut(text.toString(), MAX_CHARS);
    }

    /** The first {@code maxChars} characters, never half of a surrogate pair. */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars;
        return text.substring(0, end);
    }

    private static void append(StringBuilder text, String part, String separator) {
        int room = MAX_CHARS + 1 - text.length();
        String trimmed = cut(part, Math.max(1, room)).strip();
        if (trimmed.isEmpty() || room <= 0) {
            return;
        }
        if (!text.isEmpty()) {
            text.append(separator);
        }
        text.append(trimmed);
    }
}
