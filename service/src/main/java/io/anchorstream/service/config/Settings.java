package io.anchorstream.service.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration of one process: every declared key with a checked value, and the properties that go through to
 * Kafka's clients, to Kafka Streams and to the registry client as they are. Immutable.
 */
public final class Settings {
    static final String ENVIRONMENT_PREFIX = "ANCHORSTREAM_";

    /** Sections whose keys are another library's and go through unchecked. */
    public static final List<String> PASSED_ON = List.of("kafka", "streams", "registry");

    /** Variables with the prefix that are the launcher's, not configuration. */
    private static final List<String> NOT_KEYS =
            List.of("ANCHORSTREAM_JAVA_OPTS", "ANCHORSTREAM_NO_BUILD", "ANCHORSTREAM_CONFIG");

    private static final Pattern SECRET = Pattern.compile(
            "password|secret|token|jaas|credential|user\\.info|private|\\.key$", Pattern.CASE_INSENSITIVE);

    /** Up to the "=" behind a secret's name: {@code http.token=}, {@code --set=kafka.ssl.key.password=}. */
    private static final Pattern SECRET_WORD = Pattern.compile(
            "^[^=]*(--set=)?[^=]*(password|secret|token|jaas|credential|user\\.info|private|\\.key)[^=]*=",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern USER_IN_URL = Pattern.compile("//[^/,@]*:[^/,]*@");

    private final Map<String, Value> values;

    private record Value(Object parsed, String text, String source) {}

    private Settings(Map<String, Value> values) {
        this.values = values;
    }

    /**
     * One source of values; later layers win.
     *
     * @param source named in errors, e.g. {@code anchorstream.yaml} or {@code --set}
     */
    public record Layer(String source, Map<String, String> values) {
        public Layer {
            values = Map.copyOf(values);
        }
    }

    /**
     * Resolves and checks.
     *
     * @throws ConfigurationException at the first unknown key (with the nearest known one) or value that is not allowed
     */
    public static Settings resolve(Collection<ConfigKey<?>> keys, List<Layer> layers) {
        Map<String, ConfigKey<?>> byName = new TreeMap<>();
        Map<String, Value> values = new LinkedHashMap<>();
        for (ConfigKey<?> key : keys) {
            byName.put(key.name(), key);
            values.put(key.name(), new Value(key.parse(key.standard(), "default"), key.standard(), "default"));
        }
        for (Layer layer : layers) {
            layer.values().forEach((name, text) -> {
                ConfigKey<?> key = byName.get(name);
                if (key != null) {
                    values.put(name, new Value(key.parse(text, layer.source()), text, layer.source()));
                } else if (isPassedOn(name)) {
                    values.put(name, new Value(text, text, layer.source()));
                } else {
                    throw new ConfigurationException("unknown key " + name + " (" + layer.source() + ")"
                            + Nearest.to(name, byName.keySet())
                                    .map(near -> "; did you mean " + near + "?")
                                    .orElse(".")
                            + " All keys are in docs/configuration.md.");
                }
            });
        }
        return new Settings(Map.copyOf(values));
    }

    /** The layer of environment variables {@code ANCHORSTREAM_...}. */
    public static Layer environment(Collection<ConfigKey<?>> keys, Map<String, String> environment) {
        Map<String, String> found = new LinkedHashMap<>();
        Map<String, String> byVariable = new LinkedHashMap<>();
        keys.forEach(key -> byVariable.put(key.variable(), key.name()));
        environment.forEach((variable, value) -> {
            if (variable.startsWith(ENVIRONMENT_PREFIX) && !NOT_KEYS.contains(variable)) {
                String dotted = variable.substring(ENVIRONMENT_PREFIX.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '.');
                found.put(byVariable.getOrDefault(variable, dotted), value);
            }
        });
        return new Layer("environment", found);
    }

    /** The value of a declared key. */
    @SuppressWarnings("unchecked") // stored under the key that parsed it
    public <T> T get(ConfigKey<T> key) {
        Value value = values.get(key.name());
        if (value == null) {
            throw new IllegalArgumentException(key.name() + " is not among the keys these settings were resolved for");
        }
        return (T) value.parsed();
    }

    /** What goes through to a section's library, without the section's name. */
    public Map<String, String> passedOn(String section) {
        Map<String, String> properties = new TreeMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(section + '.') && isPassedOn(name)) {
                properties.put(name.substring(section.length() + 1), value.text());
            }
        });
        return properties;
    }

    /** Everything that is set, as a person may see it: secrets are hidden. */
    public Map<String, String> printable() {
        Map<String, String> printable = new TreeMap<>();
        values.forEach((name, value) -> printable.put(
                name,
                SECRET.matcher(name).find()
                        ? "[hidden]"
                        : USER_IN_URL.matcher(value.text()).replaceAll("//[hidden]@")));
        return printable;
    }

    /** A word of a command line as a person may see it: the value of {@code NAME=VALUE} is hidden where it is a secret. */
    public static String printable(String word) {
        Matcher secret = SECRET_WORD.matcher(word);
        return secret.find()
                ? word.substring(0, secret.end()) + "[hidden]"
                : USER_IN_URL.matcher(word).replaceAll("//[hidden]@");
    }

    /** Where a key's value comes from, or empty when it has none. */
    public Optional<String> source(String name) {
        return Optional.ofNullable(values.get(name)).map(Value::source);
    }

    @Override
    public String toString() {
        return "Settings" + printable();
    }

    private static boolean isPassedOn(String name) {
        return PASSED_ON.stream().anyMatch(section -> name.startsWith(section + '.'));
    }
}
