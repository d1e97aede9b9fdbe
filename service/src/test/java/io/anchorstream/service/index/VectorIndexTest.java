package io.anchorstream.service.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VectorIndexTest {
    private static final float[] EAST = {1, 0, 0};
    private static final float[] NORTH = {0, 1, 0};
    private static final float[] NEARLY_EAST = {0.8f, 0.6f, 0};

    private final Path folder;

    VectorIndexTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void findsTheNearestWithCosineDistance() throws IOException {
        try (VectorIndex index = VectorIndex.create(folder, 3, 7, 3)) {
            put(index, "east", EAST);
            put(index, "nearly-east", NEARLY_EAST);
            put(index, "north", NORTH);
            index.refresh();

            var hits = index.search(new QueryVector(3, 7, EAST), 2);

            assertThat(hits).extracting(VectorHit::itemId).containsExactly("east", "nearly-east");
            assertThat(hits.get(1).distance()).isCloseTo(0.2f, org.assertj.core.data.Offset.offset(1e-5f));
            assertThat(hits.get(1).modelVersion()).isEqualTo(7);
        }
    }

    @Test
    void refusesAQueryOfAnotherGeneration() throws IOException {
        try (VectorIndex index = VectorIndex.create(folder, 3, 7, 3)) {
            assertThatThrownBy(() -> index.search(new QueryVector(2, 7, EAST), 1))
                    .isInstanceOf(MixedVectorsException.class)
                    .hasMessageContaining("generation 2")
                    .hasMessageContaining("generation 3");
        }
    }

    @Test
    void refusesAQueryOfAnotherModelVersion() throws IOException {
        try (VectorIndex index = VectorIndex.create(folder, 3, 7, 3)) {
            assertThatThrownBy(() -> index.search(new QueryVector(3, 8, EAST), 1))
                    .isInstanceOf(MixedVectorsException.class)
                    .hasMessageContaining("model version 8");
        }
    }

    @Test
    void refusesAQueryOfAnotherDimension() throws IOException {
        try (VectorIndex index = VectorIndex.create(folder, 3, 7, 3)) {
            assertThatThrownBy(() -> index.search(new QueryVector(3, 7, new float[] {1, 0}), 1))
                    .isInstanceOf(MixedVectorsException.class)
                    .hasMessageContaining("dimension 2");
        }
    }

    @Test
    void refusesToHoldTwoVersionsOrAVectorThatIsNotAUnitVector() throws IOException {
        try (VectorIndex index = VectorIndex.create(folder, 3, 7, 3)) {
            assertThatThrownBy(() -> index.put(new StoredVector("a", EAST, 1, 0), 6))
                    .isInstanceOf(MixedVectorsException.class);
            assertThatThrownBy(() -> put(index, "long", new float[] {2, 0, 0}))
                    .isInstanceOf(MixedVectorsException.class)
                    .hasMessageContaining("unit");
            assertThatThrownBy(() -> put(index, "nan", new float[] {Float.NaN, 0, 0}))
                    .isInstanceOf(MixedVectorsException.class);
        }
    }

    @Test
    void replacesAndRemovesByItem() throws IOException {
        try (VectorIndex index = VectorIndex.create(folder, 0, 0, 3)) {
            put(index, "a", EAST);
            put(index, "a", NORTH);
            put(index, "b", EAST);
            index.remove("b");
            index.refresh();

            assertThat(index.size()).isEqualTo(1);
            assertThat(index.get("a").orElseThrow().vector()).containsExactly(NORTH);
            assertThat(index.get("b")).isEmpty();
        }
    }

    @Test
    void keepsWhatWasCommittedAndItsVersionOverARestart() throws IOException {
        try (VectorIndex index = VectorIndex.create(folder, 4, 9, 3)) {
            put(index, "a", EAST);
            index.commit();
        }
        try (VectorIndex index = VectorIndex.open(folder, 4)) {
            assertThat(index.modelVersion()).isEqualTo(9);
            assertThat(index.dimension()).isEqualTo(3);
            assertThat(index.search(new QueryVector(4, 9, EAST), 1)).hasSize(1);
        }
    }

    @Test
    void findsAlmostAllTrueNeighboursAmongThousands() throws IOException {
        int n = 3_000;
        int dimension = 32;
        Random random = new Random(5);
        float[][] vectors = new float[n][];
        try (VectorIndex index = VectorIndex.create(folder, 0, 0, dimension)) {
            for (int i = 0; i < n; i++) {
                vectors[i] = unit(random, dimension);
                put(index, Integer.toString(i), vectors[i]);
                if (i % 500 == 0) {
                    index.refresh(); // several segments, as in service
                }
            }
            index.refresh();
            int found = 0;
            for (int query = 0; query < 50; query++) {
                int expected = nearestOther(vectors, query);
                found += index.search(new QueryVector(0, 0, vectors[query]), 10).stream()
                                .anyMatch(hit -> hit.itemId().equals(Integer.toString(expected)))
                        ? 1
                        : 0;
            }
            assertThat(found).isGreaterThanOrEqualTo(48);
        }
    }

    private static void put(VectorIndex index, String id, float[] vector) {
        index.put(new StoredVector(id, vector, 1, 0), index.modelVersion());
    }

    private static float[] unit(Random random, int dimension) {
        float[] vector = new float[dimension];
        double squares = 0;
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.nextGaussian();
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < dimension; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    private static int nearestOther(float[][] vectors, int query) {
        int best = -1;
        double highest = -2;
        for (int i = 0; i < vectors.length; i++) {
            double dot = 0;
            for (int j = 0; j < vectors[i].length; j++) {
                dot += vectors[i][j] * vectors[query][j];
            }
            if (i != query && dot > highest) {
                highest = dot;
                best = i;
            }
        }
        return best;
    }
}
