package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

import io.anchorstream.model.alignment.Compatibility;
import io.anchorstream.model.alignment.Procrustes;
import io.anchorstream.model.alignment.Rotation;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.training.HoldoutSheet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a candidate's space lies to the one in service, by the hold-out outside the test groups.
 *
 * @param rotation that brings the candidate's vectors nearest to those in service
 * @param compatibility of the two, measured on classes that the rotation was not fitted on
 */
record Alignment(Rotation rotation, Map<String, Double> compatibility) {
    private static final Logger LOG = LoggerFactory.getLogger(Alignment.class);

    /**
     * Empty where the dimensions differ or are too many, fewer than {@code least} items tell anything, or vectors are not
     * finite.
     *
     * @param executor runs the parts; the result does not depend on it
     */
    static Optional<Alignment> of(
            HoldoutSheet candidate, HoldoutSheet reference, List<HoldoutExample> items, int least, Executor executor) {
        int[] judges = IntStream.range(0, items.size())
                .filter(i ->
                        items.get(i).truth().filter(HoldoutExample.Truth::test).isEmpty())
                .toArray();
        int dimension = candidate.vectors().columns();
        if (judges.length < least
                || dimension != reference.vectors().columns()
                || dimension > Procrustes.LARGEST_DIMENSION) {
            return Optional.empty();
        }
        FloatMatrix newer = rows(candidate.vectors(), judges);
        FloatMatrix older = rows(reference.vectors(), judges);
        long[] labels =
                IntStream.of(judges).mapToLong(i -> items.get(i).label()).toArray();
        try {
            CompletableFuture<Rotation> rotation =
                    CompletableFuture.supplyAsync(() -> Procrustes.fit(newer, older), executor);
            Map<String, Double> compatibility = Compatibility.measure(newer, older, labels, executor);
            return Optional.of(new Alignment(rotation.join(), compatibility));
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalArgumentException unalignable) {
                // The gate sees it in the scores; an exception would have the same version trained again for ever.
                LOG.warn("a version's space is not turned onto the one in service: {}", unalignable.getMessage());
                return Optional.empty();
            }
            throw e;
        }
    }

    private static FloatMatrix rows(FloatMatrix matrix, int[] rows) {
        return FloatMatrix.of(IntStream.of(rows).mapToObj(matrix::row).toArray(float[][]::new));
    }
}
