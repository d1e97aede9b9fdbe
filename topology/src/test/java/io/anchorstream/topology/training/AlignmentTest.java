package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import io.anchorstream.model.evaluation.QueryScores;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.training.HoldoutSheet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AlignmentTest {
    private static final int ITEMS = 8;

    @Test
    void aCandidateWithoutFiniteVectorsIsLeftToTheGateInsteadOfStoppingTheTrainer() {
        HoldoutSheet good = sheet(1);
        HoldoutSheet broken = sheet(Float.NaN);

        assertThat(Alignment.of(good, good, examples(), ITEMS, Runnable::run)).isPresent();
        assertThat(Alignment.of(broken, good, examples(), ITEMS, Runnable::run)).isEmpty();
    }

    private static HoldoutSheet sheet(float length) {
        float[][] rows = IntStream.range(0, ITEMS)
                .mapToObj(i -> new float[] {length * (float) Math.cos(i), length * (float) Math.sin(i)})
                .toArray(float[][]::new);
        double[] none = new double[ITEMS];
        return new HoldoutSheet(Map.of(), FloatMatrix.of(rows), new QueryScores(none, none, none));
    }

    private static List<HoldoutExample> examples() {
        return IntStream.range(0, ITEMS)
                .mapToObj(i -> new HoldoutExample(
                        "item-" + i,
                        i / 2,
                        new CanonicalImage(1, new byte[3]),
                        new float[0],
                        Optional.empty(),
                        Optional.empty()))
                .toList();
    }
}
