package io.anchorstream.topology.labelling;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Leader clustering with permanent ids, for the blocks of one partition: one pass, an item joins the nearest class of
 * its block or founds a new one. Ids are {@code partition << 40 | counter}, never given twice and never renumbered; two
 * classes that have grown together become one under the older id. The same input in the same order gives the same ids,
 * with or without a restart in between. One thread owns it.
 */
final class LeaderClustering {
    private static final int COUNTER_BITS = 40;

    private final ClusterSettings settings;
    private final HoldoutRule holdout;
    private final long partition;
    private final ClusterJournal journal;
    private final Map<String, BlockClusters> blocks = new HashMap<>();
    private final Map<String, Long> names = new HashMap<>();
    private final JoinFinder finder;
    private long counter;
    private long sequence;

    LeaderClustering(ClusterSettings settings, HoldoutRule holdout, int partition, ClusterJournal journal) {
        this.settings = settings;
        this.holdout = holdout;
        this.partition = partition;
        this.journal = journal;
        finder = new JoinFinder(journal);
    }

    /** Takes back a class from the journal. */
    void restore(Cluster cluster) {
        block(cluster.block(), cluster.centroid().length).add(cluster);
        sequence = Math.max(sequence, cluster.lastUsed() + 1);
    }

    /** Takes back the name of a class from the journal. */
    void restore(String ruleLabel, long id) {
        names.put(ruleLabel, id);
    }

    /** Takes back the counter from the journal. */
    void restore(long next) {
        counter = next;
    }

    /** Takes back what is known of the blocks' texts from the journal. */
    JoinFinder finder() {
        return finder;
    }

    /** The id of a label that the labelling functions chose. */
    long named(String ruleLabel) {
        Long known = names.get(ruleLabel);
        if (known != null) {
            return known;
        }
        long id = nextId();
        names.put(ruleLabel, id);
        journal.name(ruleLabel, id);
        return id;
    }

    /** Takes in the unit vector {@code float[T]} of an item that the block did not know, before it is assigned. */
    void see(String blockName, float[] vector) {
        block(blockName, vector.length);
        if (settings.findsJoin()) {
            finder.see(blockName, vector);
        }
    }

    /**
     * The class of a unit vector {@code float[T]}, which moves towards it.
     *
     * @throws IllegalArgumentException when the block's classes have vectors of another length
     */
    Assignment assign(String blockName, float[] vector) {
        BlockClusters block = block(blockName, vector.length);
        sequence++;
        float join = settings.findsJoin() ? finder.join(blockName) : settings.join();
        BlockClusters.Nearest nearest = block.nearest(vector);
        if (nearest.row() == BlockClusters.NONE || likeness(nearest.cosine(), block.members(nearest.row())) < join) {
            return new Assignment(found(blockName, block, vector), 1, Optional.empty());
        }
        Cluster joined = moved(block.cluster(nearest.row(), blockName), vector);
        block.replace(nearest.row(), joined);
        Optional<Merge> merge = Optional.empty();
        if (nearest.second() != BlockClusters.NONE
                && likeness(nearest.secondCosine(), block.members(nearest.second())) >= join) {
            merge = merged(block, blockName, nearest, join);
        }
        if (merge.isEmpty()) {
            journal.save(joined);
        }
        long id = merge.map(Merge::kept).orElse(joined.id());
        return new Assignment(id, Math.min(1, nearest.cosine()), merge);
    }

    /**
     * The cosine of two single items that would give this cosine between an item and the mean of {@code members} others. A
     * mean has less noise than an item: between items of cosine r it is {@code r / sqrt(r + (1 - r) / members)}, so that
     * classes would swallow more the larger they are, and texts worded differently needed another threshold than equal
     * ones.
     */
    private float likeness(float cosine, long members) {
        if (cosine <= 0) {
            return cosine;
        }
        double share = 1.0 / Math.min(members, settings.stepCap());
        double square = (double) cosine * cosine;
        double half = square * (1 - share) / 2;
        return (float) (half + Math.sqrt(half * half + square * share));
    }

    private long found(String blockName, BlockClusters block, float[] vector) {
        if (block.size() >= settings.maxClassesPerBlock()) {
            int row = block.leastRecentlyUsed();
            journal.retire(block.cluster(row, blockName));
            block.remove(row);
        }
        Cluster cluster = new Cluster(nextId(), blockName, vector.clone(), 1, sequence);
        block.add(cluster);
        journal.save(cluster);
        return cluster.id();
    }

    private Cluster moved(Cluster cluster, float[] vector) {
        long members = cluster.members() + 1;
        float step = 1f / Math.min(members, settings.stepCap());
        float[] centroid = cluster.centroid();
        double square = 0;
        for (int i = 0; i < centroid.length; i++) {
            centroid[i] += step * (vector[i] - centroid[i]);
            square += (double) centroid[i] * centroid[i];
        }
        scale(centroid, square);
        return new Cluster(cluster.id(), cluster.block(), centroid, members, sequence);
    }

    /**
     * Only two classes that one item could join are looked at: others are further apart than {@code join} allows, and
     * comparing all pairs would cost a second scan per item. A held-out class never merges with a trained one.
     */
    private Optional<Merge> merged(BlockClusters block, String blockName, BlockClusters.Nearest nearest, float join) {
        Cluster one = block.cluster(nearest.row(), blockName);
        Cluster two = block.cluster(nearest.second(), blockName);
        if (!grownTogether(one, two, join) || holdout.holdsOut(one.id()) != holdout.holdsOut(two.id())) {
            return Optional.empty();
        }
        boolean firstIsOlder = one.id() < two.id();
        Cluster older = firstIsOlder ? one : two;
        Cluster newer = firstIsOlder ? two : one;
        Cluster kept = joined(older, newer);
        block.replace(firstIsOlder ? nearest.row() : nearest.second(), kept);
        block.remove(firstIsOlder ? nearest.second() : nearest.row());
        journal.alias(newer, older.id());
        journal.save(kept);
        return Optional.of(new Merge(newer.id(), older.id()));
    }

    /**
     * By the configured cosine of the centroids, or by whether the mean cosine of their pairs is the joining one: if items
     * of each class have that cosine among themselves, two means of m and n of them have {@code r / sqrt((r + (1 - r) /
     * m)(r + (1 - r) / n))}.
     */
    private boolean grownTogether(Cluster one, Cluster two, float join) {
        float cosine = dot(one.centroid(), two.centroid());
        if (settings.merge() > 0) {
            return cosine >= Math.max(settings.merge(), join);
        }
        return cosine * Math.sqrt(ownCosine(one, join) * ownCosine(two, join)) >= join;
    }

    private double ownCosine(Cluster cluster, float join) {
        return join + (1.0 - join) / Math.min(cluster.members(), settings.stepCap());
    }

    private Cluster joined(Cluster older, Cluster newer) {
        long members = older.members() + newer.members();
        float share = (float) newer.members() / members;
        float[] centroid = older.centroid();
        double square = 0;
        for (int i = 0; i < centroid.length; i++) {
            centroid[i] += share * (newer.centroid()[i] - centroid[i]);
            square += (double) centroid[i] * centroid[i];
        }
        scale(centroid, square);
        return new Cluster(older.id(), older.block(), centroid, members, sequence);
    }

    private BlockClusters block(String name, int dimension) {
        BlockClusters block = blocks.computeIfAbsent(name, unknown -> new BlockClusters(dimension));
        if (block.dimension() != dimension) {
            throw new IllegalArgumentException("block " + name + " was clustered with text vectors of "
                    + block.dimension() + " numbers, not " + dimension
                    + ": another text encoder needs a new application id, since its classes are others");
        }
        return block;
    }

    private long nextId() {
        long id = partition << COUNTER_BITS | counter;
        counter++;
        journal.counter(counter);
        return id;
    }

    private static void scale(float[] vector, double square) {
        float norm = (float) Math.sqrt(square);
        for (int i = 0; i < vector.length && norm > 0; i++) {
            vector[i] /= norm;
        }
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * @param confidence cosine to the class's centroid, 1 for its founder
     */
    record Assignment(long label, float confidence, Optional<Merge> merge) {}

    /** {@code gone} is from now on another name for {@code kept}. */
    record Merge(long gone, long kept) {}
}
