package io.anchorstream.model.loss;

/**
 * The last learned layer of a network as a loss sees it that makes features up: from what enters the layer to embeddings,
 * and back. Belongs to one step.
 */
public interface FeatureHead {

    /** What entered the layer for the rows of the batch, {@code float[N][F]}. */
    FloatMatrix features();

    /** Sends made-up features {@code float[M][F]} through the layer: {@code float[M][D]}, not normalised. */
    FloatMatrix forward(FloatMatrix features);

    /**
     * The way back of the last {@link #forward}. The layer's own weights take in their part of the gradient.
     *
     * @param gradient {@code float[M][D]}: d loss / d embeddings
     * @param pull {@code float[M]}: how much of each row's gradient the weights take in; 1 = all of it
     * @return {@code float[M][F]}: d loss / d features
     */
    FloatMatrix backward(FloatMatrix gradient, float[] pull);

    /** A network that ends in its features. */
    static FeatureHead none(FloatMatrix features) {
        return new FeatureHead() {
            @Override
            public FloatMatrix features() {
                return features;
            }

            @Override
            public FloatMatrix forward(FloatMatrix made) {
                return made;
            }

            @Override
            public FloatMatrix backward(FloatMatrix gradient, float[] pull) {
                return gradient;
            }
        };
    }
}
