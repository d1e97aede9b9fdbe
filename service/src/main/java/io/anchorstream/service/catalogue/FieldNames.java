package io.anchorstream.service.catalogue;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.service.config.Nearest;

/** The names that mean something in a catalogue, and what others were probably meant to be. */
public final class FieldNames {
    private static final List<String> KNOWN =
            List.of("id", "title", "description", "image", "keywords", "category", "group_id", "domain", "zs_split");

    /** What other programs call them, without case and separators. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("sku", "id"),
            Map.entry("productid", "id"),
            Map.entry("itemid", "id"),
            Map.entry("asin", "id"),
            Map.entry("imageurl", "image"),
            Map.entry("imagelink", "image"),
            Map.entry("imagepath", "image"),
            Map.entry("img", "image"),
            Map.entry("picture", "image"),
            Map.entry("photo", "image"),
            Map.entry("name", "title"),
            Map.entry("productname", "title"),
            Map.entry("desc", "description"),
            Map.entry("tags", "keywords"),
            Map.entry("producttype", "category"),
            Map.entry("group", "group_id"),
            Map.entry("split", "zs_split"));

    private FieldNames() {}

    /** The known name that this one was probably meant to be; empty where it looks like a name of its own. */
    public static Optional<String> meant(String field) {
        String plain = field.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        String elsewhere = ELSEWHERE.get(plain);
        if (elsewhere != null) {
            return Optional.of(elsewhere);
        }
        if (plain.length() < 4) {
            return KNOWN.stream().filter(plain::equals).findFirst();
        }
        return Nearest.within(plain.length() < 8 ? 1 : 2, plain, KNOWN);
    }

    /** Of several fields those that were probably meant to be this known one. */
    static List<String> meaning(String known, Collection<String> fields) {
        return fields.stream()
                .filter(field -> meant(field).filter(known::equals).isPresent())
                .toList();
    }

    /** Whether an item says what this known name stands for. */
    public static boolean isGiven(String known, CatalogueEntry entry) {
        return switch (known) {
            case "title" -> !entry.title().isBlank();
            case "description" -> !entry.description().isBlank();
            case "image" -> entry.image().isPresent();
            case "keywords" -> !entry.keywords().isEmpty();
            case "category" -> entry.category().isPresent();
            case "group_id" -> entry.group().isPresent();
            case "domain" -> entry.domain().isPresent();
            case "zs_split" -> entry.test();
            default -> true; // the id: there is no item without one
        };
    }
}
