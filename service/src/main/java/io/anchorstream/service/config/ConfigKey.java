package io.anchorstream.service.config;

import java.util.Locale;

/**
 * One configuration key. Its declaration gives parsing, validation and documentation.
 *
 * @param name dotted, e.g. {@code http.port}
 * @param standard the default as a user would write it
 * @param doc what it does and when to change it, in a sentence or two
 */
public record ConfigKey<T>(String name, ValueType<T> type, String standard, String doc) {
    /** The environment variable of the key. */
    public String variable() {
        return Settings.ENVIRONMENT_PREFIX
                + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    T parse(String text, String source) {
        try {
            return type.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(name + " = \"" + text + "\" (" + source + "): " + e.getMessage());
        }
    }
}
