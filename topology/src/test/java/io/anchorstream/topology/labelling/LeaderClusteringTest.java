package io.anchorstream.topology.labelling;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LeaderClusteringTest {
    private static final int DIMENSION = 24;
    private static final int CENTRES = 60;
    private static final HoldoutRule NO_HOLDOUT = new HoldoutRule(0);

    private final Journal journal = new Journal();

    @Test
    void joinsTheNearestClassOrFoundsOne() {
        LeaderClustering clustering = clustering(new ClusterSettings(0.8f, 0.95f, 50, 100, 0));

        long first = clustering.assign("b", vector(1, 0)).label();
        long near = clustering.assign("b", vector(1, 0.2f)).label();
        long far = clustering.assign("b", vector(0, 1)).label();
        long elsewhere = clustering.assign("other", vector(1, 0)).label();

        assertThat(near).isEqualTo(first);
        assertThat(Set.of(first, far, elsewhere)).hasSize(3);
    }

    @Test
    void putsThePartitionIntoTheId() {
        LeaderClustering clustering = new LeaderClustering(ClusterSettings.defaults(), NO_HOLDOUT, 3, journal);

        assertThat(clustering.assign("b", vector(1, 0)).label()).isEqualTo(3L << 40);
        assertThat(clustering.named("teapot")).isEqualTo((3L << 40) + 1);
        assertThat(clustering.named("teapot")).isEqualTo((3L << 40) + 1);
    }

    @Test
    void mergesClassesThatHaveGrownTogetherIntoTheOlder() {
        LeaderClustering clustering = clustering(new ClusterSettings(0.8f, 0.92f, 2, 100, 0));
        long older = clustering.assign("b", vector(1, 0)).label();
        long newer = clustering.assign("b", vector(0.7f, 0.72f)).label();
        assertThat(newer).isNotEqualTo(older);

        List<LeaderClustering.Merge> merges = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clustering.assign("b", vector(1, 0.4f)).merge().ifPresent(merges::add);
            clustering.assign("b", vector(1, 0.5f)).merge().ifPresent(merges::add);
        }

        assertThat(merges).containsExactly(new LeaderClustering.Merge(newer, older));
        assertThat(journal.aliases).containsExactly(Map.entry(newer, older));
        assertThat(clustering.assign("b", vector(1, 0.45f)).label()).isEqualTo(older);
    }

    @Test
    void neverMergesAHeldOutClassWithATrainedOne() {
        HoldoutRule rule = new HoldoutRule(2);
        LeaderClustering clustering =
                new LeaderClustering(new ClusterSettings(0.8f, 0.85f, 2, 1_000, 0), rule, 0, journal);
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 3_000; i++) {
            clustering.assign("b", vector((float) random.nextDouble(), (float) random.nextDouble()));
        }

        assertThat(journal.aliases).allSatisfy((gone, kept) -> {
            assertThat(rule.holdsOut(gone)).isEqualTo(rule.holdsOut(kept));
            assertThat(kept).isLessThan(gone);
        });
    }

    @Test
    void makesRoomByTheLeastRecentlyUsedAndNeverGivesItsIdAgain() {
        LeaderClustering clustering = clustering(new ClusterSettings(0.9f, 0.95f, 50, 3, 0));
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            assertThat(given.add(clustering.assign("b", axis(i)).label())).isTrue();
            clustering.assign("b", axis(0));
        }

        assertThat(journal.retired).hasSize(7).doesNotContain(0L);
        assertThat(clustering.assign("b", axis(1)).label()).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({"1, 0.7", "2, 0.7", "3, 0.7", "4, 0", "5, 0", "6, 0"})
    void givesTheSameIdsWhenReplayedAndWhenRestartedHalfway(long seed, float join) {
        ClusterSettings settings = new ClusterSettings(join, join == 0 ? 0 : 0.8f, 10, 40, 0);
        List<float[]> stream = stream(seed, 0.5f);
        LeaderClustering straight = clustering(settings);
        List<Long> expected = stream.stream().map(v -> assign(straight, "b", v)).toList();

        Journal kept = new Journal();
        LeaderClustering before = new LeaderClustering(settings, NO_HOLDOUT, 0, kept);
        List<Long> ids = new ArrayList<>();
        stream.subList(0, 700).forEach(v -> ids.add(assign(before, "b", v)));
        LeaderClustering after = new LeaderClustering(settings, NO_HOLDOUT, 0, kept);
        kept.restore(after);
        stream.subList(700, stream.size()).forEach(v -> ids.add(assign(after, "b", v)));

        assertThat(ids).isEqualTo(expected);
        assertThat(new HashSet<>(ids)).hasSizeGreaterThan(20);
    }

    @Test
    void holdsALargeClassToWhatTheThresholdMeansForSingleItems() {
        LeaderClustering clustering = clustering(new ClusterSettings(0.7f, 0.95f, 50, 100, 0));
        long small = clustering.assign("small", vector(1, 0)).label();
        long large = -1;
        for (int i = 0; i < 40; i++) {
            large = clustering.assign("large", vector(1, 0)).label();
        }
        float[] cosineOfThreeQuarters = vector(0.75f, 0.6614f);

        assertThat(clustering.assign("small", cosineOfThreeQuarters).label()).isEqualTo(small);
        assertThat(clustering.assign("large", cosineOfThreeQuarters).label()).isNotEqualTo(large);
    }

    @Test
    void refusesVectorsOfAnotherLengthWithTheWayOut() {
        LeaderClustering clustering = clustering(ClusterSettings.defaults());
        clustering.assign("b", new float[] {1, 0});

        assertThatThrownBy(() -> clustering.assign("b", new float[] {1, 0, 0}))
                .hasMessageContaining("another text encoder needs a new application id");
    }

    private LeaderClustering clustering(ClusterSettings settings) {
        return new LeaderClustering(settings, NO_HOLDOUT, 0, journal);
    }

    @ParameterizedTest
    @CsvSource({"0.1, 1", "0.3, 2", "0.5, 3"})
    void findsTheThresholdWhetherTextsOfOneProductAreWordedAlikeOrNot(float noise, long seed) {
        List<float[]> stream = stream(seed, noise);
        LeaderClustering finding = clustering(ClusterSettings.defaults());
        double found = agreement(finding, stream);

        double best = 0;
        for (float join = 0.4f; join < 0.96f; join += 0.05f) {
            LeaderClustering fixed =
                    new LeaderClustering(new ClusterSettings(join, 0, 50, 20_000, 0), NO_HOLDOUT, 0, new Journal());
            best = Math.max(best, agreement(fixed, stream));
        }
        assertThat(best).isGreaterThan(0.8);
        assertThat(found).isGreaterThan(best - 0.07);
    }

    @Test
    void keepsABoundedSampleOfABlock() {
        LeaderClustering clustering = clustering(ClusterSettings.defaults());
        stream(3, 0.5f).forEach(vector -> assign(clustering, "b", vector));

        assertThat(journal.samples.get("b")).hasSize(TextSample.SIZE);
    }

    @Test
    void keepsSamplesOfABoundedNumberOfBlocksAndGivesTheSameIdsAfterARestart() {
        List<float[]> stream = new ArrayList<>(stream(4, 0.5f));
        stream.addAll(stream(5, 0.5f));
        int blocks = JoinFinder.BLOCKS + 44;
        LeaderClustering straight = clustering(ClusterSettings.defaults());
        List<Long> expected = new ArrayList<>();
        for (int n = 0; n < stream.size(); n++) {
            expected.add(assign(straight, "b" + n % blocks, stream.get(n)));
        }

        Journal kept = new Journal();
        LeaderClustering clustering = new LeaderClustering(ClusterSettings.defaults(), NO_HOLDOUT, 0, kept);
        List<Long> ids = new ArrayList<>();
        for (int n = 0; n < stream.size(); n++) {
            if (n == 2_100) {
                clustering = new LeaderClustering(ClusterSettings.defaults(), NO_HOLDOUT, 0, kept);
                kept.restore(clustering);
            }
            ids.add(assign(clustering, "b" + n % blocks, stream.get(n)));
        }

        assertThat(ids).isEqualTo(expected);
        assertThat(kept.samples).hasSize(JoinFinder.BLOCKS).doesNotContainKey("b" + (blocks - 1));
        assertThat(kept.measured).isNotEmpty();
    }

    /** As an item that comes for the first time. */
    private static long assign(LeaderClustering clustering, String block, float[] vector) {
        clustering.see(block, vector);
        return clustering.assign(block, vector).label();
    }

    /** Pair F1 against what the stream was made of: item n is of centre {@link #centre}. */
    private static double agreement(LeaderClustering clustering, List<float[]> stream) {
        List<Long> labels = stream.stream().map(v -> assign(clustering, "b", v)).toList();
        long both = 0;
        long one = 0;
        long same = 0;
        for (int i = 0; i < labels.size(); i++) {
            for (int j = 0; j < i; j++) {
                boolean label = labels.get(i).equals(labels.get(j));
                boolean truth = centre(i) == centre(j);
                both += label && truth ? 1 : 0;
                one += label ? 1 : 0;
                same += truth ? 1 : 0;
            }
        }
        return 2.0 * both / (one + same);
    }

    private static int centre(int item) {
        return item * 7 % CENTRES;
    }

    private static List<float[]> stream(long seed, float noise) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] centres = new float[CENTRES][DIMENSION];
        for (float[] centre : centres) {
            for (int i = 0; i < DIMENSION; i++) {
                centre[i] = (float) (random.nextDouble() - 0.5);
            }
        }
        List<float[]> stream = new ArrayList<>();
        for (int n = 0; n < 1_500; n++) {
            float[] vector = centres[centre(n)].clone();
            for (int i = 0; i < DIMENSION; i++) {
                vector[i] += (float) (random.nextDouble() - 0.5) * noise;
            }
            stream.add(unit(vector));
        }
        return stream;
    }

    private static float[] axis(int index) {
        float[] vector = new float[DIMENSION];
        vector[index] = 1;
        return vector;
    }

    private static float[] vector(float x, float y) {
        return unit(new float[] {x, y});
    }

    private static float[] unit(float[] vector) {
        double square = 1e-30;
        for (float v : vector) {
            square += v * v;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= (float) Math.sqrt(square);
        }
        return vector;
    }

    private static final class Journal implements ClusterJournal {
        final Map<Long, Cluster> clusters = new LinkedHashMap<>();
        final Map<Long, Long> aliases = new LinkedHashMap<>();
        final List<Long> retired = new ArrayList<>();
        final Map<String, Long> names = new LinkedHashMap<>();
        final Map<String, Map<Integer, Text>> samples = new TreeMap<>();
        final Map<String, TextSample.Measured> measured = new TreeMap<>();
        long counter;

        @SuppressWarnings("ArrayRecordComponent") // written and read back, never compared
        private record Text(float[] vector, long change) {}

        void restore(LeaderClustering clustering) {
            clusters.values().forEach(clustering::restore);
            names.forEach(clustering::restore);
            clustering.restore(counter);
            samples.forEach((block, slots) ->
                    slots.forEach((slot, text) -> clustering.finder().restore(block, text.vector(), text.change())));
            measured.forEach(clustering.finder()::restore);
        }

        @Override
        public void save(Cluster cluster) {
            clusters.put(
                    cluster.id(),
                    new Cluster(
                            cluster.id(),
                            cluster.block(),
                            cluster.centroid().clone(),
                            cluster.members(),
                            cluster.lastUsed()));
        }

        @Override
        public void alias(Cluster merged, long olderId) {
            clusters.remove(merged.id());
            aliases.put(merged.id(), olderId);
        }

        @Override
        public void retire(Cluster evicted) {
            clusters.remove(evicted.id());
            retired.add(evicted.id());
        }

        @Override
        public void name(String ruleLabel, long id) {
            names.put(ruleLabel, id);
        }

        @Override
        public void counter(long next) {
            counter = next;
        }

        @Override
        public void sample(String block, int slot, float[] vector, long changes) {
            samples.computeIfAbsent(block, unseen -> new TreeMap<>()).put(slot, new Text(vector.clone(), changes));
        }

        @Override
        public void measured(String block, TextSample.Measured sample) {
            measured.put(block, sample);
        }
    }
}
