package io.anchorstream.service.backtest;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;

import io.anchorstream.service.catalogue.CatalogueEntry;

/**
 * Which groups are scored. A group with any item of {@code "zs_split": "test"} is a test group as a whole. For tuning,
 * {@link #VALIDATION} leaves the test groups alone and scores every third of the train groups instead.
 */
enum TestSplit {
    TEST,
    VALIDATION;

    private static final int ONE_IN = 3;

    /** An item, as far as the split needs it. */
    record Item(long line, String group, CatalogueEntry entry) {}

    /**
     * @param test groups that are scored
     * @param ignored groups that are neither scored nor trained on
     */
    record Parts(Set<String> test, Set<String> ignored) {}

    Parts of(List<Item> items, List<String> notes) {
        Set<String> groups = new TreeSet<>();
        Set<String> marked = new HashSet<>();
        Map<String, Long> trainLine = new HashMap<>();
        for (Item item : items) {
            groups.add(item.group());
            if (item.entry().test()) {
                marked.add(item.group());
            } else {
                trainLine.putIfAbsent(item.group(), item.line());
            }
        }
        marked.stream()
                .filter(trainLine::containsKey)
                .sorted()
                .forEach(group -> notes.add("line " + trainLine.get(group) + ": group " + group
                        + " has items marked train and items marked test; all of it is scored, none trained on"));
        boolean unmarked = marked.isEmpty() && !items.isEmpty();
        if (unmarked) {
            notes.add(
                    "no line says \"zs_split\": \"test\": every third group (by a hash of its name) is scored instead");
        }
        Parts parts = unmarked || this == VALIDATION
                ? new Parts(everyThird(groups, marked), marked)
                : new Parts(marked, Set.of());
        checkTruth(
                items.stream()
                        .filter(item -> parts.test().contains(item.group()))
                        .toList(),
                notes);
        return parts;
    }

    private static Set<String> everyThird(Set<String> groups, Set<String> but) {
        Set<String> chosen = new HashSet<>();
        for (String group : groups) {
            CRC32 hash = new CRC32();
            hash.update(group.getBytes(StandardCharsets.UTF_8));
            if (!but.contains(group) && hash.getValue() % ONE_IN == 0) {
                chosen.add(group);
            }
        }
        return chosen;
    }

    private static void checkTruth(List<Item> tests, List<String> notes) {
        if (tests.isEmpty()) {
            return;
        }
        Item first = tests.get(0);
        if (tests.stream().allMatch(item -> item.entry().group().isEmpty())) {
            notes.add("line " + first.line()
                    + " and all other scored lines have no \"group_id\": instance scores are left out");
        }
        Set<String> domains = new TreeSet<>();
        tests.forEach(item -> domains.add(item.entry().domain().orElse("")));
        if (domains.size() < 2) {
            notes.add("line " + first.line() + " and all other scored lines "
                    + (domains.contains("") ? "have no \"domain\"" : "are of the one domain " + domains)
                    + ": cross-domain scores are left out");
        }
    }
}
