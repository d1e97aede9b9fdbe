package io.anchorstream.topology.batching;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Chooses the items of a batch: P labels with 2 to K items each. The labels of the longest waiting fresh items come
 * first; the rest of the labels is drawn evenly over all that have two items, and the rest of each label evenly from its
 * replay places: class-balanced replay is the guard against forgetting. Seeded by partition and batch number, so that
 * the same buffers give the same batch.
 */
final class PkSampler {
    private static final int MIN_PER_LABEL = 2;
    /** Labels that are looked at for near ones: each costs a vector, which may have to be read, on a stream thread. */
    private static final int MOST_CANDIDATES = 256;

    private final BatchSettings settings;
    private final int partition;
    private final ClassBuffers buffers;
    private final LabelNeighbours neighbours;

    PkSampler(BatchSettings settings, int partition, ClassBuffers buffers) {
        this.settings = settings;
        this.partition = partition;
        this.buffers = buffers;
        this.neighbours = new LabelNeighbours(buffers);
    }

    /** Whether enough fresh items wait for a full batch. */
    boolean isDue() {
        return canDraw() && buffers.waiting().size() >= settings.freshPerBatch();
    }

    /** Whether any batch can be drawn: a fresh item with a positive waits, and there is another label. */
    boolean canDraw() {
        return !buffers.waiting().isEmpty() && buffers.eligibleLabels().size() >= MIN_PER_LABEL;
    }

    /**
     * The next batch; only when {@link #canDraw}. With fewer fresh items than a full batch takes, it has fewer labels, so
     * that the budget of gradient images per item holds.
     */
    List<Pick> draw() {
        SplittableRandom random =
                new SplittableRandom(Seeds.mix(settings.seed(), partition, buffers.nextBatchNumber()));
        Map<Long, List<Pick>> chosen = freshPicks();
        int fresh = chosen.values().stream().mapToInt(List::size).sum();
        int affordable = fresh * settings.gradientImagesPerItem() / settings.itemsPerLabel();
        int labels = Math.max(MIN_PER_LABEL, Math.min(settings.labels(), affordable));
        labels = Math.max(chosen.size(), labels);
        addNearLabels(chosen, labels, random);
        addEvenLabels(chosen, labels, random);
        List<Pick> picks = new ArrayList<>();
        chosen.forEach((label, first) -> picks.addAll(filled(label, first, random)));
        return picks;
    }

    /** The oldest waiting items up to the budget, by label, at most P labels of at most K items. */
    private Map<Long, List<Pick>> freshPicks() {
        Map<Long, List<Pick>> chosen = new LinkedHashMap<>();
        int left = settings.freshPerBatch();
        for (Map.Entry<Long, Long> entry : buffers.waiting().entrySet()) {
            if (left == 0) {
                break;
            }
            long label = entry.getValue();
            List<Pick> picks = chosen.get(label);
            if (picks == null && chosen.size() < settings.labels()) {
                picks = new ArrayList<>();
                chosen.put(label, picks);
            }
            if (picks != null && picks.size() < settings.itemsPerLabel()) {
                picks.add(new Pick(label, entry.getKey(), true));
                left--;
            }
        }
        return chosen;
    }

    private void addNearLabels(Map<Long, List<Pick>> chosen, int labels, SplittableRandom random) {
        List<Long> anchors = new ArrayList<>(chosen.keySet());
        int wanted = Math.min(settings.nearLabels(), labels - chosen.size());
        int[] ranks = wanted > 0 ? candidates(random) : new int[0];
        for (int i = 0; i < wanted && !anchors.isEmpty(); i++) {
            long anchor = anchors.get(random.nextInt(anchors.size()));
            long nearest = -1;
            float best = -1;
            for (int rank : ranks) {
                long candidate = buffers.eligibleLabels().get(rank);
                if (!chosen.containsKey(candidate)) {
                    float cosine = neighbours.cosine(anchor, candidate);
                    if (cosine > best) {
                        best = cosine;
                        nearest = candidate;
                    }
                }
            }
            if (nearest < 0) {
                return;
            }
            chosen.put(nearest, new ArrayList<>());
        }
    }

    /** Ranks among the eligible labels, ascending: all of them, or as many as may be looked at. */
    private int[] candidates(SplittableRandom random) {
        int eligible = buffers.eligibleLabels().size();
        return eligible <= MOST_CANDIDATES
                ? IntStream.range(0, eligible).toArray()
                : IntStream.of(distinct(eligible, MOST_CANDIDATES, random))
                        .sorted()
                        .toArray();
    }

    private void addEvenLabels(Map<Long, List<Pick>> chosen, int labels, SplittableRandom random) {
        SortedLongs eligible = buffers.eligibleLabels();
        int[] order = distinct(eligible.size(), Math.min(eligible.size(), labels), random);
        for (int rank : order) {
            if (chosen.size() >= labels) {
                return;
            }
            chosen.putIfAbsent(eligible.get(rank), new ArrayList<>());
        }
    }

    /** Fills a label up to K from its replay places, or up to two from its fresh items when there are too few. */
    private List<Pick> filled(long label, List<Pick> first, SplittableRandom random) {
        List<Pick> picks = new ArrayList<>(first);
        LabelBuffer buffer = buffers.label(label);
        int room = Math.min(settings.itemsPerLabel() - picks.size(), buffer.replay.size());
        for (int rank : distinct(buffer.replay.size(), Math.max(0, room), random)) {
            picks.add(new Pick(label, buffer.replay.get(rank), false));
        }
        for (int rank = 0; picks.size() < MIN_PER_LABEL && rank < buffer.fresh.size(); rank++) {
            Pick pick = new Pick(label, buffer.fresh.get(rank), true);
            if (!picks.contains(pick)) {
                picks.add(pick);
            }
        }
        return picks;
    }

    /** {@code count} different numbers below {@code bound}, in random order (Floyd's algorithm, then shuffled). */
    private static int[] distinct(int bound, int count, SplittableRandom random) {
        LinkedHashSet<Integer> drawn = new LinkedHashSet<>();
        for (int i = bound - count; i < bound; i++) {
            int candidate = random.nextInt(i + 1);
            if (!drawn.add(candidate)) {
                drawn.add(i);
            }
        }
        int[] numbers = drawn.stream().mapToInt(Integer::intValue).toArray();
        for (int i = numbers.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = swap;
        }
        return numbers;
    }
}
