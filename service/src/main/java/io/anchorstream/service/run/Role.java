package io.anchorstream.service.run;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;

/** What an instance of the service can do. */
public enum Role {
    LABEL,
    TRAIN,
    EMBED,
    INDEX;

    /** For people: {@code label}, {@code train}, ... */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The consumer group in which the instances of a role share the work; also its Streams application id. */
    public String group(Settings settings) {
        return settings.get(Keys.TOPIC_PREFIX) + settings.get(Keys.APPLICATION) + "-" + label();
    }

    /** The groups of the roles that have one, by label; an indexer reads everything by itself. */
    public static Map<String, String> groups(Settings settings) {
        Map<String, String> groups = new LinkedHashMap<>();
        EnumSet.of(LABEL, TRAIN, EMBED).forEach(role -> groups.put(role.label(), role.group(settings)));
        return groups;
    }
}
