package io.anchorstream.service.backtest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.anchorstream.model.loss.Losses;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;

/**
 * A loss to compare, written {@code name} or {@code name:option=value:option=value}. An option that begins with
 * {@code train.} is a configuration key for this loss alone, e.g. {@code contrastive-xbm:train.memory-rows=4096}.
 *
 * @param title as it was written
 */
public record LossChoice(String title, String name, Map<String, String> options, Map<String, String> settings) {
    static final String ADAPTIVE = "adaptive-triplet";

    public LossChoice {
        options = java.util.Collections.unmodifiableMap(new TreeMap<>(options));
        settings = java.util.Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /**
     * @throws IllegalArgumentException if there is no such loss or option; the message lists what there is
     */
    public static LossChoice parse(String text) {
        List<String> parts = Arrays.asList(text.strip().split(":", -1));
        Map<String, String> options = new TreeMap<>();
        Map<String, String> settings = new TreeMap<>();
        for (String part : parts.subList(1, parts.size())) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "after the loss " + parts.get(0) + " come options as :name=value, not \":" + part + "\"");
            }
            String name = part.substring(0, equals).strip();
            (name.startsWith("train.") ? settings : options)
                    .put(name, part.substring(equals + 1).strip());
        }
        LossChoice choice = new LossChoice(text.strip(), parts.get(0).strip(), options, settings);
        Losses.create(choice.name, choice.options, 0);
        return choice;
    }

    /** The configuration for this loss; {@code train.loss-options} count for the loss that they are configured with. */
    Settings settings(SettingsSource source, long seed) {
        Map<String, String> seeded = new TreeMap<>(settings);
        seeded.put(Keys.SEED.name(), Long.toString(seed));
        Settings standard = source.with(seeded);
        Map<String, String> all = new TreeMap<>();
        if (standard.get(Keys.LOSS).equals(name)) {
            all.putAll(standard.get(Keys.LOSS_OPTIONS));
        }
        all.putAll(options);
        seeded.put(Keys.LOSS.name(), name);
        seeded.put(
                Keys.LOSS_OPTIONS.name(),
                all.entrySet().stream()
                        .map(option -> option.getKey() + "=" + option.getValue())
                        .collect(Collectors.joining(",")));
        return source.with(seeded);
    }

    /** The fixed-margin control of the adaptive triplet loss: everything the same but the margin. */
    LossChoice withFixedMargin(double margin) {
        Map<String, String> fixed = new TreeMap<>(options);
        fixed.put("beta", Double.toString(margin));
        fixed.put("sem-scale", "0");
        return new LossChoice(title, name, fixed, settings);
    }

    boolean adaptive() {
        return name.equals(ADAPTIVE);
    }
}
