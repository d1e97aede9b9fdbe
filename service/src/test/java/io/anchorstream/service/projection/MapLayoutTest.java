package io.anchorstream.service.projection;

import java.util.Random;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MapLayoutTest {

    @Test
    void laysClustersApart() {
        float[][] vectors = clusters(4, 30);
        double[][] map = new TSne(10, 300).layOut(vectors, PrincipalPlane.project(vectors));

        int agreeing = 0;
        for (int i = 0; i < map.length; i++) {
            agreeing += nearest(map, i) % 4 == i % 4 ? 1 : 0;
        }
        assertThat(agreeing).isGreaterThan((int) (0.95 * map.length));
    }

    @Test
    void drawsTheSameMapFromTheSameVectors() {
        float[][] vectors = clusters(3, 10);
        TSne tsne = new TSne(5, 50);

        assertThat(tsne.layOut(vectors, PrincipalPlane.project(vectors)))
                .isDeepEqualTo(tsne.layOut(vectors, PrincipalPlane.project(vectors)));
    }

    @Test
    void turnsAndFlipsAMapBackOntoItsOriginal() {
        double[][] target = {{1, 0}, {0, 2}, {-1, -1}, {0.5, -1}};
        double[][] moved = new double[target.length][];
        for (int i = 0; i < target.length; i++) {
            // mirrored, turned by a right angle and three times as large
            moved[i] = new double[] {-3 * target[i][1], -3 * target[i][0]};
        }

        double[][] aligned = Procrustes.align(moved, target);

        for (int i = 0; i < target.length; i++) {
            assertThat(aligned[i]).containsExactly(target[i], Offset.offset(1e-9));
        }
    }

    private static int nearest(double[][] map, int i) {
        int best = -1;
        double smallest = Double.MAX_VALUE;
        for (int j = 0; j < map.length; j++) {
            double distance = Math.hypot(map[i][0] - map[j][0], map[i][1] - map[j][1]);
            if (j != i && distance < smallest) {
                smallest = distance;
                best = j;
            }
        }
        return best;
    }

    private static float[][] clusters(int count, int each) {
        Random random = new Random(3);
        float[][] vectors = new float[count * each][count];
        for (int i = 0; i < vectors.length; i++) {
            double squares = 0;
            for (int j = 0; j < count; j++) {
                vectors[i][j] = (float) (0.2 * random.nextGaussian() + (i % count == j ? 1 : 0));
                squares += vectors[i][j] * vectors[i][j];
            }
            for (int j = 0; j < count; j++) {
                vectors[i][j] /= (float) Math.sqrt(squares);
            }
        }
        return vectors;
    }
}
