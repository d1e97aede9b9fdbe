package io.anchorstream.model.training;

/**
 * Linear warm-up to a constant rate. A stream has no end to anneal towards; the moving average of the weights does what
 * annealing does elsewhere.
 */
record LearningRate(double base, long warmUp) {
    static final long WARM_UP = 20;

    double at(long step) {
        return base * share(step);
    }

    /** Share of the constant rate, 0..1; also of those that a loss has for parameters of its own. */
    double share(long step) {
        return Math.min(1, (double) step / Math.max(1, warmUp));
    }
}
