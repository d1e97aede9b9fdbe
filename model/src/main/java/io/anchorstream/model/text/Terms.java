package io.anchorstream.model.text;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Splits a text into hashed terms with their counts: words of letters and digits, lower case, any script. */
final class Terms {
    private Terms() {}

    static Map<Long, Integer> of(String text) {
        Map<Long, Integer> counts = new LinkedHashMap<>();
        String lower = ItemText.cut(text, ItemText.MAX_CHARS).toLowerCase(Locale.ROOT);
        int start = -1;
        for (int i = 0; i <= lower.length(); i++) {
            boolean inside = i < lower.length() && isTermPart(lower.charAt(i));
            if (inside && start < 0) {
                start = i;
            } else if (!inside && start >= 0) {
                counts.merge(TermHash.of(lower.subSequence(start, i)), 1, Integer::sum);
                start = -1;
            }
        }
        return counts;
    }

    private static boolean isTermPart(char c) {
        return Character.isLetterOrDigit(c)
                || Character.isSurrogate(c)
                || Character.getType(c) == Character.NON_SPACING_MARK;
    }
}
