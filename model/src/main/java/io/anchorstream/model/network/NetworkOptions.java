package io.anchorstream.model.network;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Typed access to a specification's options; every complaint names the kind, the option and the valid choice. */
public final class NetworkOptions {
    private final NetworkSpec spec;

    public NetworkOptions(NetworkSpec spec) {
        this.spec = spec;
    }

    /**
     * The given values completed by the defaults.
     *
     * @throws IllegalArgumentException if an option is not among the declared ones; lists those
     */
    static Map<String, String> complete(String kind, List<NetworkOption> declared, Map<String, String> given) {
        Map<String, String> values = new TreeMap<>();
        declared.forEach(option -> values.put(option.name(), option.fallback()));
        given.forEach((name, value) -> {
            if (!values.containsKey(name)) {
                throw new IllegalArgumentException("the network '" + kind + "' has no option '" + name
                        + "'; it has: "
                        + declared.stream()
                                .map(o -> o.name() + " (" + o.doc() + "; default " + o.fallback() + ")")
                                .collect(Collectors.joining(", ")));
            }
            values.put(name, value);
        });
        return values;
    }

    public String text(String name) {
        String value = spec.options().get(name);
        if (value == null) {
            throw new IllegalArgumentException("the specification of '" + spec.kind() + "' lacks option " + name);
        }
        return value;
    }

    public int integer(String name, int least, int most) {
        double value = number(name, least, most);
        if (value != Math.rint(value)) {
            throw refuse(name, "a whole number from " + least + " to " + most);
        }
        return (int) value;
    }

    public double number(String name, double least, double most) {
        double value;
        try {
            value = Double.parseDouble(text(name));
        } catch (NumberFormatException e) {
            throw refuse(name, "a number from " + least + " to " + most);
        }
        if (!(value >= least && value <= most)) {
            throw refuse(name, "a number from " + least + " to " + most);
        }
        return value;
    }

    public boolean flag(String name) {
        return switch (text(name)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refuse(name, "true or false");
        };
    }

    private IllegalArgumentException refuse(String name, String valid) {
        return new IllegalArgumentException(
                "option '" + name + "' of the network '" + spec.kind() + "' must be " + valid + ", not " + text(name));
    }
}
