package io.anchorstream.model.network;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import ai.djl.ndarray.NDManager;

/** The kinds of network by name. */
public final class Networks {
    private static final Map<String, Kind> KINDS = new TreeMap<>(Map.of(
            HybridNetwork.KIND,
            Kind.plain(HybridNetwork.OPTIONS, HybridNetwork::new),
            ResNetNetwork.KIND,
            Kind.plain(ResNetNetwork.OPTIONS, ResNetNetwork::new),
            TorchScriptNetwork.KIND,
            new Kind(TorchScriptNetwork.OPTIONS, TorchScriptNetwork::plan, TorchScriptNetwork::new)));

    private Networks() {}

    @FunctionalInterface
    private interface Constructor {
        Network create(NetworkSpec spec, NDManager manager, long seed);
    }

    @FunctionalInterface
    private interface Planner {
        NetworkPlan plan(NetworkSpec spec, NDManager manager);
    }

    @FunctionalInterface
    private interface PlanConstructor {
        Network create(NetworkPlan plan, NDManager manager, long seed, BackboneFeatures known);
    }

    private record Kind(List<NetworkOption> options, Planner planner, PlanConstructor constructor) {
        static Kind plain(List<NetworkOption> options, Constructor constructor) {
            return new Kind(
                    options,
                    (spec, manager) -> new NetworkPlan(spec, Map.of()),
                    (plan, manager, seed, known) -> constructor.create(plan.spec(), manager, seed));
        }
    }

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
     * Reads the files that a specification names.
     *
     * @throws IllegalArgumentException if a file is missing or not what the kind needs
     */
    public static NetworkPlan plan(NetworkSpec spec, NDManager manager) {
        return find(spec.kind()).planner().plan(spec, manager);
    }

    /**
     * Builds a network with initial weights.
     *
     * @param manager parent of the weights
     * @param seed of the initial weights
     * @param known features of frozen backbones that other networks made
     * @throws IllegalArgumentException if the specification asks for something impossible
     */
    public static Network create(NetworkPlan plan, NDManager manager, long seed, BackboneFeatures known) {
        return find(plan.spec().kind()).constructor().create(plan, manager, seed, known);
    }

    /** A network that shares nothing. */
    public static Network create(NetworkPlan plan, NDManager manager, long seed) {
        return create(plan, manager, seed, new BackboneFeatures());
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
