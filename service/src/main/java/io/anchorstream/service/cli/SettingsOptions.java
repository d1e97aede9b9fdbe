package io.anchorstream.service.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.config.Settings.Layer;
import io.anchorstream.service.config.YamlFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags by which every command takes configuration, those that need no cluster included. */
class SettingsOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "configuration in YAML (default: anchorstream.yaml in the working directory, if there)")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "any key of docs/configuration.md; may be repeated; wins over file and environment")
    private Map<String, String> set = new LinkedHashMap<>();

    /** The configuration in force for a command without presets or flags of its own. */
    final Settings settings() {
        return settings(Map.of(), Map.of());
    }

    /**
     * The configuration in force.
     *
     * @param presets values that file, environment and flags may change
     * @param flags the command's own flags, which nothing changes
     */
    final Settings settings(Map<String, String> presets, Map<String, String> flags) {
        List<Layer> layers = new ArrayList<>();
        layers.add(new Layer("preset of the command", presets));
        if (config != null) {
            layers.add(YamlFile.read(config));
        } else if (Files.exists(YamlFile.STANDARD)) {
            layers.add(YamlFile.read(YamlFile.STANDARD));
        }
        layers.add(Settings.environment(Keys.all(), System.getenv()));
        layers.add(new Layer("--set", set));
        Map<String, String> named = new LinkedHashMap<>();
        name(named);
        named.putAll(flags);
        layers.add(new Layer("flag", named));
        return Settings.resolve(Keys.all(), layers);
    }

    /** Adds keys that have a flag of their own. */
    void name(Map<String, String> values) {}
}
