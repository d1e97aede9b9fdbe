package io.anchorstream.model.loss;

/** {@code log sum exp x}, built up term by term without overflow. */
final class LogSumExp {
    private double largest = Double.NEGATIVE_INFINITY;
    private double scaled;

    void add(double x) {
        if (x <= largest) {
            scaled += Math.exp(x - largest);
        } else {
            scaled = scaled * Math.exp(largest - x) + 1;
            largest = x;
        }
    }

    boolean empty() {
        return scaled == 0;
    }

    /** Negative infinity when nothing was added: ask {@link #empty} first. */
    double value() {
        return largest + Math.log(scaled);
    }

    /** The derivative of the value by a term that was added: {@code exp(x) / sum exp}. */
    double share(double x) {
        return Math.exp(x - largest) / scaled;
    }
}
