package io.anchorstream.model.network;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class HybridNetworkTest {
    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private Network network(int dimension, long seed) {
        return Networks.create(
                new NetworkPlan(Networks.specify("hybrid", Map.of("input", "24"), 32, dimension), Map.of()),
                manager,
                seed);
    }

    /** Random blocks of 4 x 4 pixels. */
    private NDArray pictures(int count) {
        Random random = new Random(5);
        float[] coarse = new float[count * 3 * 36];
        for (int i = 0; i < coarse.length; i++) {
            coarse[i] = random.nextFloat();
        }
        return manager.create(coarse, new Shape(count, 3, 6, 6)).repeat(2, 4).repeat(3, 4);
    }

    @Test
    void untrainedItDoesNotDependOnTheSeedBecauseLearnedLayersAddNothing() {
        NDArray pictures = pictures(8);

        assertThat(network(64, 1).forward(pictures, false).toFloatArray())
                .isEqualTo(network(64, 2).forward(pictures, false).toFloatArray());
    }

    @Test
    void untrainedDistancesAreThoseOfTheStem() {
        NDArray pictures = pictures(24);
        HybridStem stem = new HybridStem(manager, 24, 6);
        NDArray shapes = rows(stem.normalised(stem.orientedCells(pictures)));
        NDArray colours = rows(stem.thumbnail(pictures)).mul(0.3f);
        double[] raw = distances(shapes.concat(colours, 1));

        double[] whole = distances(network(11 * 36, 1).forward(pictures, false));
        double[] projected = distances(network(128, 1).forward(pictures, false));

        assertThat(whole).containsExactly(raw, within(1e-4));
        // Worst case: pictures as rough as can be, of which most lies beyond the slow waves that are kept.
        assertThat(correlation(raw, projected)).isGreaterThan(0.4);
    }

    @Test
    void coloursAreTheRootsOfSharesOfPixels() {
        // Half pure red, half grey between the second and the third level of each channel.
        float[] pixels = new float[3 * 16];
        Arrays.fill(pixels, 0, 8, 1);
        for (int channel = 0; channel < 3; channel++) {
            Arrays.fill(pixels, channel * 16 + 8, channel * 16 + 16, 0.5f);
        }

        float[] found = HybridStem.colours(manager.create(pixels, new Shape(1, 3, 4, 4)))
                .toFloatArray();

        float[] expected = new float[HybridStem.COLOURS];
        expected[3 * 16] = (float) Math.sqrt(0.5);
        for (int red = 1; red <= 2; red++) {
            for (int green = 1; green <= 2; green++) {
                for (int blue = 1; blue <= 2; blue++) {
                    expected[red * 16 + green * 4 + blue] = (float) Math.sqrt(0.5 / 8);
                }
            }
        }
        assertThat(found).containsExactly(expected, within(1e-6f));
    }

    @Test
    void smoothedCellsOverlap() {
        float[] cells = new float[36];
        cells[2 * 6 + 2] = 64;

        float[] found = HybridStem.smoothed(manager.create(cells, new Shape(1, 1, 6, 6)))
                .toFloatArray();

        assertThat(found).containsExactly(1, 3, 0, 3, 9, 0, 0, 0, 0);
    }

    private static NDArray rows(NDArray maps) {
        NDArray flat = maps.reshape(maps.getShape().get(0), -1);
        return flat.div(flat.square().sum(new int[] {1}, true).sqrt());
    }

    private static double[] distances(NDArray vectors) {
        int n = (int) vectors.getShape().get(0);
        double[] distances = new double[n * (n - 1) / 2];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                distances[at++] =
                        vectors.get(i).sub(vectors.get(j)).square().sum().getFloat();
            }
        }
        return distances;
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElseThrow();
        double meanB = Arrays.stream(b).average().orElseThrow();
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.sqrt(aa * bb);
    }

    @Test
    void everyLearnedWeightIsReachedOnceTheLastLayerHasLeftZero() {
        Network network = network(32, 1);
        NDArray before = network.forward(pictures(8), false);

        network.weights()
                .learned()
                .filter(weight -> weight.path().equals("exit.kernel"))
                .forEach(weight -> weight.array().addi(0.1f));

        assertThat(network.forward(pictures(8), false).toFloatArray()).isNotEqualTo(before.toFloatArray());
    }

    @Test
    void basisRowsAreOrthonormal() {
        for (boolean circular : new boolean[] {true, false}) {
            float[][] rows = CosineBasis.rows(8, 6, circular, 288);
            for (int i = 0; i < rows.length; i++) {
                for (int j = i; j < rows.length; j++) {
                    double dot = 0;
                    for (int d = 0; d < rows[i].length; d++) {
                        dot += (double) rows[i][d] * rows[j][d];
                    }
                    if (Math.abs(dot - (i == j ? 1 : 0)) > 1e-5) {
                        throw new AssertionError("rows " + i + " and " + j + " have the product " + dot);
                    }
                }
            }
        }
    }

    @Test
    void refusesMoreDimensionsThanTheStemHasValues() {
        assertThatThrownBy(() -> network(397, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("396")
                .hasMessageContaining("397");
    }

    @Test
    void refusesAnInputThatCellsDoNotDivide() {
        assertThatThrownBy(() -> Networks.create(
                        new NetworkPlan(Networks.specify("hybrid", Map.of("input", "50"), 64, 128), Map.of()),
                        manager,
                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiple of 4");
    }
}
