package io.anchorstream.service.backtest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

import io.anchorstream.model.training.BatchExample;
import io.anchorstream.model.training.TrainingBatch;

/**
 * What an offline trainer would do with the same labels and the same number of pictures: everything is there from the
 * start, and shuffled epochs go over all labels and all their items evenly. The difference to the stream is what learning
 * online costs.
 */
final class OfflineBatches {
    private final Map<Long, List<BatchExample>> classes = new TreeMap<>();
    private final Map<Long, Deque<BatchExample>> rest = new HashMap<>();
    private final Deque<Long> labelsLeft = new ArrayDeque<>();
    private final Set<String> shown = new HashSet<>();
    private final SplittableRandom random;

    private OfflineBatches(Recording online, long seed) {
        random = new SplittableRandom(seed ^ 0x0ff11e5L);
        Map<String, BatchExample> seen = new TreeMap<>();
        online.batches().forEach(batch -> batch.examples().forEach(example -> seen.put(example.itemId(), example)));
        seen.forEach((id, example) -> {
            long label = online.labels().getOrDefault(id, example.label());
            classes.computeIfAbsent(label, unseen -> new ArrayList<>())
                    .add(new BatchExample(
                            id,
                            label,
                            example.confidence(),
                            false,
                            example.image(),
                            example.textVector(),
                            example.attributes()));
        });
        classes.values().removeIf(members -> members.size() < 2);
    }

    /** As many pictures as the stream had, in full batches; the labels are those that the stream ended with. */
    static Recording of(Recording online, int labels, int itemsPerLabel, long seed) {
        OfflineBatches offline = new OfflineBatches(online, seed);
        List<TrainingBatch> batches = new ArrayList<>();
        int left = offline.classes.size() < 2 ? 0 : online.gradientImages();
        while (left > 0) {
            List<BatchExample> examples = offline.draw(labels, itemsPerLabel);
            if (examples.size() > left) {
                // Whole labels only, or the last one would have no positive; one batch more than the budget at most.
                left = 0;
            } else {
                left -= examples.size();
            }
            batches.add(new TrainingBatch(0, batches.size(), examples));
        }
        return new Recording(batches, online.labels());
    }

    private List<BatchExample> draw(int labels, int itemsPerLabel) {
        List<BatchExample> examples = new ArrayList<>();
        List<Long> chosen = new ArrayList<>();
        while (chosen.size() < Math.min(labels, classes.size())) {
            if (labelsLeft.isEmpty()) {
                labelsLeft.addAll(Shuffled.of(classes.keySet(), random));
            }
            long label = labelsLeft.remove();
            if (!chosen.contains(label)) {
                chosen.add(label);
                List<BatchExample> members = classes.getOrDefault(label, List.of());
                for (int i = 0; i < Math.min(itemsPerLabel, members.size()); i++) {
                    examples.add(next(label, members, examples));
                }
            }
        }
        return examples;
    }

    /** As the stream has it: what is met for the first time is fresh. */
    private static BatchExample fresh(BatchExample example) {
        return new BatchExample(
                example.itemId(), example.label(), example.confidence(), true, example.image(), example.textVector());
    }

    private BatchExample next(long label, List<BatchExample> members, List<BatchExample> taken) {
        Deque<BatchExample> queue = rest.computeIfAbsent(label, unseen -> new ArrayDeque<>());
        while (true) {
            if (queue.isEmpty()) {
                queue.addAll(Shuffled.of(members, random));
            }
            BatchExample example = queue.remove();
            // An epoch that ends inside a batch must not put an item beside itself.
            if (taken.stream().noneMatch(other -> other.itemId().equals(example.itemId()))) {
                return shown.add(example.itemId()) ? fresh(example) : example;
            }
        }
    }
}
