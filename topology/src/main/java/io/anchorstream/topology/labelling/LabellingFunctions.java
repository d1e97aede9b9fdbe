package io.anchorstream.topology.labelling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

import io.anchorstream.avro.CatalogItem;

/**
 * The labelling functions of a deployment and their weighted vote (a label model after Snorkel would need a batch
 * estimate; see METHODS). Safe for use by several threads.
 */
public final class LabellingFunctions {
    private final List<LabellingFunction> functions;
    private final double minShare;
    private final Map<String, FunctionStatistics> statistics = new LinkedHashMap<>();
    private final LongAdder items = new LongAdder();

    /**
     * @param minShare a winner with a smaller share of the cast weight is no winner, and clustering decides
     */
    LabellingFunctions(List<? extends LabellingFunction> functions, double minShare) {
        this.functions = List.copyOf(functions);
        this.minShare = minShare;
        for (LabellingFunction function : functions) {
            if (statistics.put(function.name(), new FunctionStatistics()) != null) {
                throw new IllegalArgumentException(
                        "labelling functions need different names; there are two named " + function.name());
            }
        }
    }

    /** No functions: clustering decides everything. */
    public static LabellingFunctions none() {
        return new LabellingFunctions(List.of(), 0.5);
    }

    /** By function name, in the order of the file. */
    public Map<String, FunctionStatistics> statistics() {
        return Map.copyOf(statistics);
    }

    /** Items voted on so far, abstentions included. */
    public long items() {
        return items.sum();
    }

    /** What the functions agree on, or empty when too few do. */
    public Optional<Vote> vote(CatalogItem item) {
        if (functions.isEmpty()) {
            return Optional.empty();
        }
        items.increment();
        List<Ballot> ballots = new ArrayList<>();
        for (LabellingFunction function : functions) {
            ask(function, item).ifPresent(label -> ballots.add(new Ballot(function, label)));
        }
        count(ballots);
        return winner(ballots);
    }

    private Optional<String> ask(LabellingFunction function, CatalogItem item) {
        try {
            return function.label(item);
        } catch (TextBudget.ExceededException | StackOverflowError e) {
            // java.util.regex recurses over repeated groups: (a|b)* overflows the stack on a text of 4,000 characters.
            statistics(function).overruns.increment();
            return Optional.empty();
        }
    }

    private void count(List<Ballot> ballots) {
        for (Ballot ballot : ballots) {
            FunctionStatistics counts = statistics(ballot.function());
            counts.votes.increment();
            if (ballots.size() > 1) {
                counts.overlaps.increment();
            }
            if (ballots.stream().anyMatch(other -> !other.label().equals(ballot.label()))) {
                counts.conflicts.increment();
            }
        }
    }

    private Optional<Vote> winner(List<Ballot> ballots) {
        // Sorted by label, so that a tie has one outcome whatever the order of the functions.
        Map<String, Double> weights = new TreeMap<>();
        double cast = 0;
        for (Ballot ballot : ballots) {
            weights.merge(ballot.label(), ballot.function().weight(), Double::sum);
            cast += ballot.function().weight();
        }
        String best = null;
        double most = 0;
        for (Map.Entry<String, Double> candidate : weights.entrySet()) {
            if (candidate.getValue() > most) {
                best = candidate.getKey();
                most = candidate.getValue();
            }
        }
        if (best == null || most / cast < minShare) {
            return Optional.empty();
        }
        String label = best;
        String names = String.join(
                ",",
                ballots.stream()
                        .filter(ballot -> ballot.label().equals(label))
                        .map(ballot -> ballot.function().name())
                        .toList());
        return Optional.of(new Vote(label, names, (float) (most / cast)));
    }

    private FunctionStatistics statistics(LabellingFunction function) {
        return statistics.computeIfAbsent(function.name(), name -> new FunctionStatistics());
    }

    private record Ballot(LabellingFunction function, String label) {}
}
