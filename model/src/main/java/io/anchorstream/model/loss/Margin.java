package io.anchorstream.model.loss;

/** How far a negative must stay behind a positive. */
sealed interface Margin {

    float of(PairMatrix pairs, int anchor, int negative);

    /** The same for every pair. */
    record Fixed(double margin) implements Margin {
        @Override
        public float of(PairMatrix pairs, int anchor, int negative) {
            return (float) margin;
        }
    }

    /**
     * Adaptive margin of the weakly supervised adaptive triplet loss (Zhao, Qi, Luo, Davis, arXiv 1909.12939, as
     * re-implemented): {@code beta + scale * |g(t_a) - g(t_n)|^2}, at most {@code cap}. A constant: no gradient into text.
     *
     * @param cap the largest squared distance of unit vectors is 4, so a margin near it could never be met
     */
    record Adaptive(double beta, double scale, double cap) implements Margin {
        @Override
        public float of(PairMatrix pairs, int anchor, int negative) {
            return (float) Math.min(cap, beta + scale * pairs.textDistance(anchor, negative));
        }
    }
}
