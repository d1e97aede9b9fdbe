package io.anchorstream.service.catalogue;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Recognises pictograms of people that differ only in who is shown: gender, hair, direction, members of a couple or
 * family. Two of them are the same picture to the eye, so they would be false negatives of each other in training and
 * false misses in evaluation; the selection keeps one.
 */
final class PeopleVariants {
    private static final Pattern WHO = Pattern.compile("^(two-)?(person|people|man|men|woman|women|mens|womens)-");
    private static final Pattern HAIR = Pattern.compile("^(bald|beard|(blond|curly|red|white)-hair|blond-haired.*)$");
    private static final List<String> MEMBERS = List.of("family", "couple-with-heart", "kiss");
    private static final Map<String, String> SAME = Map.ofEntries(
            Map.entry("man", "person"),
            Map.entry("woman", "person"),
            Map.entry("adult", "person"),
            Map.entry("boy", "child"),
            Map.entry("girl", "child"),
            Map.entry("old-man", "older-person"),
            Map.entry("old-woman", "older-person"),
            Map.entry("older-adult", "older-person"),
            Map.entry("princess", "prince"),
            Map.entry("mrs-claus", "santa-claus"),
            Map.entry("mx-claus", "santa-claus"),
            Map.entry("mother-christmas", "santa-claus"),
            Map.entry("pregnant-man", "pregnant"),
            Map.entry("pregnant-woman", "pregnant"),
            Map.entry("pregnant-person", "pregnant"),
            Map.entry("woman-and-man-holding-hands", "holding-hands"),
            Map.entry("man-and-woman-holding-hands", "holding-hands"),
            Map.entry("busts-in-silhouette", "bust-in-silhouette"),
            Map.entry("man-with-skullcap", "with-skullcap"),
            Map.entry("man-with-chinese-cap", "with-skullcap"),
            Map.entry("bride-with-veil", "with-veil"),
            Map.entry("in-business-suit-levitating", "in-suit-levitating"));
    private static final Pattern GENDERED =
            Pattern.compile("^(two-)?(man|men|woman|women|boy|girl|old-(man|woman))\\b");

    /** The order in which variants of one stem are preferred: those that name no gender, then by name. */
    static final Comparator<String> PREFERENCE = Comparator.<String, Boolean>comparing(
                    name -> GENDERED.matcher(name).find())
            .thenComparing(Comparator.naturalOrder());

    private PeopleVariants() {}

    /** What remains of a name once who is shown is left out; equal for variants of one picture. */
    static String stem(String name) {
        String bare =
                name.endsWith("-facing-right") ? name.substring(0, name.length() - "-facing-right".length()) : name;
        for (String couple : MEMBERS) {
            if (bare.equals(couple) || bare.startsWith(couple + "-man") || bare.startsWith(couple + "-woman")) {
                return couple;
            }
        }
        if (SAME.containsKey(bare)) {
            return SAME.get(bare);
        }
        String what = WHO.matcher(bare).replaceFirst("");
        if (HAIR.matcher(what).matches()) {
            return "person";
        }
        return SAME.getOrDefault(what, what);
    }
}
