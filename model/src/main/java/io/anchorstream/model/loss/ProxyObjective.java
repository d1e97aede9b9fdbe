package io.anchorstream.model.loss;

/** A loss of the cosines between samples and learnt proxies. */
interface ProxyObjective {

    default boolean readsText() {
        return false;
    }

    /**
     * Value, and d loss / d cosine. There are two classes or more and one labelled sample or more.
     *
     * @param gradient {@code float[samples][classes][rowsPerClass]}, all zero on entry
     */
    double evaluate(ProxyScores scores, float[] gradient);

    /** A penalty on the unit proxies alone; adds its gradient. */
    default double regularise(FloatMatrix proxies, int rowsPerClass, FloatMatrix gradient) {
        return 0;
    }
}
