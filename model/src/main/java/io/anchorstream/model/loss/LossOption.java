package io.anchorstream.model.loss;

/**
 * One setting of a loss, declared once: parsing, validation and documentation come from here.
 *
 * @param name kebab case
 * @param kind what may be written
 * @param defaultValue as it would be written
 * @param doc one sentence
 */
public record LossOption(String name, Kind kind, String defaultValue, String doc) {

    /** What may be written as the value. */
    public enum Kind {
        NUMBER("a number"),
        COUNT("a whole number, 0 or more"),
        SWITCH("true or false"),
        WORD("a word");

        private final String expected;

        Kind(String expected) {
            this.expected = expected;
        }

        /** In words, for documentation. */
        public String expected() {
            return expected;
        }
    }

    static LossOption number(String name, double defaultValue, String doc) {
        return new LossOption(name, Kind.NUMBER, Double.toString(defaultValue), doc);
    }

    static LossOption count(String name, long defaultValue, String doc) {
        return new LossOption(name, Kind.COUNT, Long.toString(defaultValue), doc);
    }

    static LossOption toggle(String name, boolean defaultValue, String doc) {
        return new LossOption(name, Kind.SWITCH, Boolean.toString(defaultValue), doc);
    }

    static LossOption word(String name, String defaultValue, String doc) {
        return new LossOption(name, Kind.WORD, defaultValue, doc);
    }

    void check(String loss, String value) {
        boolean ok =
                switch (kind) {
                    case NUMBER -> isFinite(value);
                    case COUNT -> value.matches("\\d{1,18}");
                    case SWITCH -> value.equals("true") || value.equals("false");
                    case WORD -> !value.isBlank();
                };
        if (!ok) {
            throw new IllegalArgumentException(
                    "option " + name + " of loss " + loss + " must be " + kind.expected + ", not '" + value + "'");
        }
    }

    private static boolean isFinite(String value) {
        try {
            return Double.isFinite(Double.parseDouble(value));
        } catch (NumberFormatException notANumber) {
            return false;
        }
    }
}
