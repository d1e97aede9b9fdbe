package io.anchorstream.service.catalogue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Chooses the pictograms that several vendors drew. A vendor's alias counts, each drawing belongs to one pictogram
 * only, and skin tones, flags and {@link PeopleVariants} of one picture are left out.
 */
final class PictogramSelection {
    /** A pictogram is worth having when this many vendors drew it: retrieval across domains needs other drawings. */
    static final int LEAST_SETS = 4;

    private static final String PEOPLE = "People & Body";
    private static final Pattern LEFT_OUT = Pattern.compile("skin-tone|^flag-|-hair-style|^regional-indicator");

    /** Sets with today's Unicode categories; the others use older ones of their own. */
    private static final List<String> CATEGORY_SETS = List.of("noto", "twemoji", "fluent-emoji-flat", "noto-v1");

    private final List<IconSet> sets;

    PictogramSelection(List<IconSet> sets) {
        this.sets = List.copyOf(sets);
    }

    /** The chosen pictograms by name, in order of name. */
    List<Pictogram> choose() {
        Map<String, Map<String, String>> drawings = new HashMap<>();
        for (String name : names()) {
            drawings.put(name, drawings(name));
        }
        List<String> byCoverage = new ArrayList<>(drawings.keySet());
        byCoverage.sort(
                Comparator.<String>comparingInt(name -> -ownDrawings(name)).thenComparing(PeopleVariants.PREFERENCE));

        Set<String> claimed = new HashSet<>();
        Map<String, Pictogram> byStem = new LinkedHashMap<>();
        for (String name : byCoverage) {
            Map<String, String> free = new LinkedHashMap<>(drawings.get(name));
            free.entrySet().removeIf(drawing -> claimed.contains(drawing.getKey() + '/' + drawing.getValue()));
            Optional<String> category = category(name, free);
            if (free.size() < LEAST_SETS || category.isEmpty() || category.get().equals("Flags")) {
                continue;
            }
            free.forEach((set, drawing) -> claimed.add(set + '/' + drawing));
            Pictogram pictogram = new Pictogram(name, category.get(), codePoints(free), free);
            String stem = category.get().equals(PEOPLE) ? "people/" + PeopleVariants.stem(name) : name;
            byStem.merge(stem, pictogram, (a, b) -> PeopleVariants.PREFERENCE.compare(a.name(), b.name()) <= 0 ? a : b);
        }
        return byStem.values().stream()
                .sorted(Comparator.comparing(Pictogram::name))
                .toList();
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (IconSet set : sets) {
            names.addAll(set.names());
            names.addAll(set.aliases().keySet());
        }
        names.removeIf(name -> LEFT_OUT.matcher(name).find());
        return names;
    }

    private Map<String, String> drawings(String name) {
        Map<String, String> drawings = new LinkedHashMap<>();
        for (IconSet set : sets) {
            set.drawing(name).ifPresent(drawing -> drawings.put(set.prefix(), drawing));
        }
        return drawings;
    }

    private int ownDrawings(String name) {
        return (int) sets.stream().filter(set -> set.names().contains(name)).count();
    }

    private Optional<String> category(String name, Map<String, String> drawings) {
        for (String prefix : CATEGORY_SETS) {
            for (IconSet set : sets) {
                if (set.prefix().equals(prefix)) {
                    String category = set.categories().get(drawings.getOrDefault(prefix, name));
                    if (category != null) {
                        return Optional.of(category);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> codePoints(Map<String, String> drawings) {
        return sets.stream()
                .flatMap(set -> Optional.ofNullable(drawings.get(set.prefix())).map(set.codePoints()::get).stream())
                .findFirst();
    }

    /**
     * A pictogram that several vendors drew.
     *
     * @param codePoints as in {@code 1f468-200d-1f373}
     * @param drawings set to the drawing's name in it
     */
    record Pictogram(String name, String category, Optional<String> codePoints, Map<String, String> drawings) {}
}
