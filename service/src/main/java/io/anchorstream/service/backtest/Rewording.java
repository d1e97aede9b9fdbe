package io.anchorstream.service.backtest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

import io.anchorstream.service.catalogue.CatalogueEntry;

/**
 * Words each item's text differently, as several sellers of one product would: sentences change places or are left out,
 * words are dropped, swapped, shortened, misspelt or replaced by empty ones, keywords are a part of those there were.
 * Rules that know nothing of any catalogue; the same item always comes out the same.
 */
final class Rewording {
    private static final double DROP_SENTENCE = 0.3;
    private static final double DROP_KEYWORD = 0.4;
    private static final double DROP_WORD = 0.15;
    private static final double SWAP_WORDS = 0.1;
    private static final double SHORTEN_WORD = 0.05;
    private static final double MISSPELL_WORD = 0.05;
    private static final double REPLACE_WORD = 0.05;
    private static final List<String> EMPTY_WORDS =
            List.of("item", "thing", "piece", "nice", "new", "good", "quality", "original", "classic", "great");
    private static final List<String> EMPTY_PHRASES =
            List.of("", "", "New.", "In stock.", "Great choice.", "Our favourite.", "Ships quickly.", "As seen here.");

    private final long seed;

    Rewording(long seed) {
        this.seed = seed;
    }

    CatalogueEntry reword(CatalogueEntry entry) {
        CRC32 hash = new CRC32();
        hash.update(entry.id().getBytes(StandardCharsets.UTF_8));
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + hash.getValue());
        return new CatalogueEntry(
                entry.id(),
                words(entry.title(), random),
                description(entry.description(), random),
                keywords(entry.keywords(), random),
                entry.category(),
                entry.attributes(),
                entry.image(),
                entry.group(),
                entry.domain(),
                entry.test());
    }

    private static String description(String text, SplittableRandom random) {
        List<String> sentences = Shuffled.of(Arrays.asList(text.strip().split("(?<=[.!?])\\s+", -1)), random);
        List<String> kept = new ArrayList<>();
        for (String sentence : sentences) {
            if (random.nextDouble() >= DROP_SENTENCE) {
                kept.add(words(sentence, random));
            }
        }
        if (kept.isEmpty()) {
            kept.add(words(sentences.get(0), random));
        }
        kept.add(random.nextInt(kept.size() + 1), EMPTY_PHRASES.get(random.nextInt(EMPTY_PHRASES.size())));
        return String.join(" ", kept).strip();
    }

    private static List<String> keywords(List<String> keywords, SplittableRandom random) {
        List<String> shuffled = Shuffled.of(keywords, random);
        shuffled.removeIf(keyword -> random.nextDouble() < DROP_KEYWORD);
        return shuffled;
    }

    private static String words(String text, SplittableRandom random) {
        List<String> words = new ArrayList<>();
        for (String word : text.strip().split("\\s+", -1)) {
            if (random.nextDouble() >= DROP_WORD) {
                words.add(changed(word, random));
            }
        }
        for (int i = 0; i + 1 < words.size(); i++) {
            if (random.nextDouble() < SWAP_WORDS) {
                String left = words.get(i);
                words.set(i, words.get(i + 1));
                words.set(i + 1, left);
            }
        }
        return words.isEmpty() ? text : String.join(" ", words);
    }

    private static String changed(String word, SplittableRandom random) {
        double choice = random.nextDouble();
        if (choice < REPLACE_WORD) {
            return EMPTY_WORDS.get(random.nextInt(EMPTY_WORDS.size()));
        }
        if (word.length() > 4 && choice < REPLACE_WORD + SHORTEN_WORD) {
            return word.substring(0, 4).toLowerCase(Locale.ROOT) + ".";
        }
        if (word.length() > 3 && choice < REPLACE_WORD + SHORTEN_WORD + MISSPELL_WORD) {
            int at = 1 + random.nextInt(word.length() - 2);
            return word.substring(0, at) + word.charAt(at + 1) + word.charAt(at) + word.substring(at + 2);
        }
        return word;
    }
}
