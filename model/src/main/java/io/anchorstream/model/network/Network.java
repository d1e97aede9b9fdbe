package io.anchorstream.model.network;

import java.util.Map;
import java.util.Optional;

import ai.djl.ndarray.NDArray;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.loss.FeatureHead;
import io.anchorstream.model.loss.FloatMatrix;

/** A function from pictures to vectors with its weights. Not thread-safe in training; inference only reads weights. */
public interface Network extends AutoCloseable {

    NetworkSpec spec();

    Weights weights();

    /** How pictures become rows of {@link #forward}'s input. */
    PictureInput input();

    /** Contents that must travel with the weights, see {@link NetworkPlan}. */
    default Map<String, Tensor> attachments() {
        return Map.of();
    }

    /** What a new network does before its first use; one that gets another's weights must not. */
    default void begin() {}

    /**
     * @param images N rows as {@link #input} writes them; all results go to its manager
     * @param training whether normalisations use and update batch statistics
     * @return {@code float[N][dimension]}, not normalised
     */
    NDArray forward(NDArray images, boolean training);

    /**
     * Writes {@link #forward} without training in TorchScript's words.
     *
     * @param pictures name of {@code float[N][3][H][W]}, RGB in 0..1, of any size
     * @return name of {@code float[N][dimension]}, not normalised
     * @throws IllegalArgumentException if what the network stands on cannot be written so; says why
     */
    String script(Script script, String pictures);

    /** Where a computed map of this network's fixed features enters the vector; empty if it has none. */
    default Optional<MetricPath> metric() {
        return Optional.empty();
    }

    /** Fixed features {@code float[N][F]} of the rows that {@link #forward} last saw in training. */
    default FloatMatrix features() {
        throw new IllegalStateException("the network '" + spec().kind() + "' has no fixed features");
    }

    /** The last learned layer over the rows that {@link #forward} last saw in training; ends with their manager. */
    FeatureHead head();

    /** Frees the weights. */
    @Override
    void close();
}
