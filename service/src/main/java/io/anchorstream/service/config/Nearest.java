package io.anchorstream.service.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a mistyped name was probably meant to be. */
public final class Nearest {
    private Nearest() {}

    /** The candidate with the least edits, if they are few for the length of the name. */
    static Optional<String> to(String name, Collection<String> candidates) {
        return within(Math.max(2, name.length() / 2), name, candidates);
    }

    /** The candidate with the least edits, if they are no more than so many. */
    public static Optional<String> within(int edits, String name, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt(candidate -> edits(name, candidate)))
                .filter(candidate -> edits(name, candidate) <= edits);
    }

    /** Damerau's distance: two neighbours that changed places are one edit. */
    private static int edits(String a, String b) {
        int[][] rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? i + j : edit(rows, a, i, b, j);
            }
        }
        return rows[a.length()][b.length()];
    }

    private static int edit(int[][] rows, String a, int i, String b, int j) {
        int substitute = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(substitute, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, 1 + rows[i - 2][j - 2]) : least;
    }
}
