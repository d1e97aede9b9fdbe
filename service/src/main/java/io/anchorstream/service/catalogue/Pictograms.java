package io.anchorstream.service.catalogue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.anchorstream.service.catalogue.PictogramSelection.Pictogram;

/**
 * The demo's catalogue: the same pictograms as nine vendors draw them. An item is one drawing, its group the pictogram,
 * its domain the vendor's set. This is the plan, without pixels; {@link PictogramFolder} draws it.
 *
 * @param entries in the order in which they are streamed: test groups first, each part shuffled by the seed
 * @param licences of the sets, in order of domain
 * @param sources item id to the drawing behind it
 */
public record Pictograms(List<CatalogueEntry> entries, List<SetLicence> licences, Map<String, Drawing> sources) {
    /** The vendors' sets. */
    public static final List<String> SETS = List.of(
            "noto",
            "noto-v1",
            "twemoji",
            "openmoji",
            "fluent-emoji",
            "fluent-emoji-flat",
            "emojione",
            "emojione-v1",
            "fxemoji");

    /** One group in five never trains. */
    private static final int TEST_PER_CENT = 20;

    /**
     * @param items about how many items; whole groups, so that retrieval keeps its relevant neighbours
     * @param size edge of the drawings in pixels
     */
    public record Options(int items, long seed, int size) {
        /** The whole catalogue as the demo shows it. */
        public static final Options DEFAULT = new Options(10_000, 1, 128);

        public Options {
            if (items < 1) {
                throw new IllegalArgumentException("a catalogue needs at least one item, not " + items);
            }
            if (size < 16 || size > 1024) {
                throw new IllegalArgumentException("pictograms can be drawn with 16 to 1024 pixels, not " + size);
            }
        }
    }

    /** Where a drawing is: in which set, by which name. */
    record Drawing(IconSet set, String name) {}

    /** Reads the sets' names (a few seconds, mostly unpacking 170 MB of JSON) and lays out the catalogue. */
    public static Pictograms plan(Options options) {
        List<IconSet> sets = SETS.parallelStream().map(IconSet::read).toList();
        SeededHash hash = new SeededHash(options.seed());
        List<Pictogram> groups = new ArrayList<>(new PictogramSelection(sets).choose());
        groups.sort(Comparator.comparingLong(group -> hash.of("group/" + group.name())));

        Map<String, IconSet> byPrefix = new HashMap<>();
        sets.forEach(set -> byPrefix.put(set.prefix(), set));
        PictogramText text = new PictogramText(hash);
        List<CatalogueEntry> entries = new ArrayList<>();
        Map<String, Drawing> sources = new HashMap<>();
        for (Pictogram group : groups) {
            if (entries.size() >= options.items()) {
                break;
            }
            boolean test = hash.below(100, "test/" + group.name()) < TEST_PER_CENT;
            List<String> keywords = text.keywords(group);
            group.drawings().forEach((prefix, drawing) -> {
                String id = prefix + '/' + group.name();
                entries.add(new CatalogueEntry(
                        id,
                        text.title(group.name()),
                        text.description(group, id),
                        keywords,
                        Optional.of(group.category()),
                        Map.of(),
                        Optional.of("images/" + id + ".png"),
                        Optional.of(group.name()),
                        Optional.of(prefix),
                        test));
                sources.put(id, new Drawing(Objects.requireNonNull(byPrefix.get(prefix)), drawing));
            });
        }
        entries.sort(Comparator.<CatalogueEntry>comparingInt(entry -> entry.test() ? 0 : 1)
                .thenComparingLong(entry -> hash.of("order/" + entry.id())));
        List<SetLicence> licences = sets.stream().map(IconSet::licence).toList();
        return new Pictograms(List.copyOf(entries), licences, Map.copyOf(sources));
    }
}
