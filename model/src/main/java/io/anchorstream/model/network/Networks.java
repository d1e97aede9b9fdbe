package io.anchorstream.model.network;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import ai.djl.ndarray.NDManager;

/** The kinds of network by name. */
public final class Networks {
    private static final Map<String, Kind> KINDS = new TreeMap<>(Map.of(
            HybridNetwork.KIND, new Kind(HybridNetwork.OPTIONS, HybridNetwork::new),
            ResNetNetwork.KIND, new Kind(ResNetNetwork.OPTIONS, ResNetNetwork::new)));

    private Networks() {}

    @FunctionalInterface
    private interface Constructor {
        Network create(NetworkSpec spec, NDManager manager, long seed);
    }

    private record Kind(List<NetworkOption> options, Constructor constructor) {}

    /** Every kind with its declared options, for documentation. */
    public static Map<String, List<NetworkOption>> declarations() {
        Map<String, List<NetworkOption>> all = new TreeMap<>();
        KINDS.forEach((name, kind) -> all.put(name, kind.options()));
        return all;
    }

    /**
     * A whole specification out of a user's choice, defaults filled in.
     *
     * @throws IllegalArgumentException if kind or an option is unknown; lists the valid ones
     */
    public static NetworkSpec specify(String kind, Map<String, String> options, int imageSize, int dimension) {
        return new NetworkSpec(
                kind, NetworkOptions.complete(kind, find(kind).options(), options), imageSize, dimension);
    }

    /**
     * Builds a network with initial weights.
     *
     * @param manager parent of the weights
     * @param seed of the initial weights
     * @throws IllegalArgumentException if the specification asks for something impossible
     */
    public static Network create(NetworkSpec spec, NDManager manager, long seed) {
        return find(spec.kind()).constructor().create(spec, manager, seed);
    }

    private static Kind find(String kind) {
        Kind found = KINDS.get(kind);
        if (found == null) {
            throw new IllegalArgumentException(
                    "there is no network '" + kind + "'; there are: " + String.join(", ", KINDS.keySet()));
        }
        return found;
    }
}
