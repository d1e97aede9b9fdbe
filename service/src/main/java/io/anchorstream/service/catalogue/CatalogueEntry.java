package io.anchorstream.service.catalogue;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One line of a catalogue folder: an item's text, where its picture is, and what is known about it for evaluation.
 *
 * @param image path relative to the folder, or an http(s) URL; empty = the item has no picture
 * @param group items of one group show the same product; evaluation truth
 * @param domain style or view; evaluation truth
 * @param test true when the group must never train
 */
public record CatalogueEntry(
        String id,
        String title,
        String description,
        List<String> keywords,
        Optional<String> category,
        Map<String, String> attributes,
        Optional<String> image,
        Optional<String> group,
        Optional<String> domain,
        boolean test) {
    public CatalogueEntry {
        keywords = List.copyOf(keywords);
        attributes = Map.copyOf(attributes);
    }
}
