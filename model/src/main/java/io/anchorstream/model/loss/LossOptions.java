package io.anchorstream.model.loss;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The values of a loss's declared options: what was written, else the defaults. */
final class LossOptions {
    private final String loss;
    private final Map<String, String> values = new HashMap<>();

    LossOptions(String loss, List<LossOption> declared, Map<String, String> written) {
        this.loss = loss;
        Map<String, LossOption> byName =
                declared.stream().collect(Collectors.toMap(LossOption::name, option -> option));
        declared.forEach(option -> values.put(option.name(), option.defaultValue()));
        written.forEach((name, value) -> {
            LossOption option = byName.get(name);
            if (option == null) {
                throw new IllegalArgumentException("loss " + loss + " has no option '" + name + "'; it has "
                        + declared.stream().map(LossOption::name).sorted().collect(Collectors.joining(", ")));
            }
            String trimmed = value.trim();
            option.check(loss, trimmed);
            values.put(name, trimmed);
        });
    }

    String word(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("loss " + loss + " does not declare the option " + name + " it reads");
        }
        return value;
    }

    double number(String name) {
        return Double.parseDouble(word(name));
    }

    /** A number that must lie in the range. */
    double number(String name, double least, double most) {
        double value = number(name);
        if (value < least || value > most) {
            throw new IllegalArgumentException("option " + name + " of loss " + loss + " must lie between " + least
                    + " and " + most + ", not " + word(name));
        }
        return value;
    }

    long count(String name) {
        return Long.parseLong(word(name));
    }

    boolean toggle(String name) {
        return Boolean.parseBoolean(word(name));
    }

    /** One of the constants, written in kebab case. */
    <E extends Enum<E>> E choice(String name, Class<E> type) {
        String written = word(name);
        for (E constant : type.getEnumConstants()) {
            if (kebab(constant).equals(written)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("option " + name + " of loss " + loss + " must be one of "
                + List.of(type.getEnumConstants()).stream()
                        .map(LossOptions::kebab)
                        .toList() + ", not '" + written
                + "'");
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
