package io.anchorstream.schemas.serde;

import java.util.Locale;
import java.util.Map;

import org.apache.kafka.common.config.ConfigException;

/**
 * Confluent's serialiser switches.
 *
 * @param autoRegister {@code auto.register.schemas}: register the record's schema on first use (default true)
 * @param useLatest {@code use.latest.version}: write with the subject's newest schema; only without autoRegister
 * @param specificReader {@code specific.avro.reader}: read into generated classes rather than generic records; always
 *     so where the class was given
 */
record SerdeOptions(boolean autoRegister, boolean useLatest, boolean specificReader) {

    static final String AUTO_REGISTER = "auto.register.schemas";
    static final String USE_LATEST = "use.latest.version";
    static final String SPECIFIC_READER = "specific.avro.reader";

    static SerdeOptions from(Map<String, ?> config) {
        return new SerdeOptions(
                flag(config, AUTO_REGISTER, true),
                flag(config, USE_LATEST, false),
                flag(config, SPECIFIC_READER, false));
    }

    private static boolean flag(Map<String, ?> config, String key, boolean fallback) {
        Object value = config.get(key);
        if (value == null) {
            return fallback;
        }
        return switch (value.toString().strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigException(key, value, "must be true or false");
        };
    }
}
