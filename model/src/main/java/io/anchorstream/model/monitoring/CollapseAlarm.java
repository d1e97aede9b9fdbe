package io.anchorstream.model.monitoring;

import java.util.Arrays;

import io.anchorstream.model.loss.SavedState;

/**
 * Tells when all embeddings have become one: their spread is near 0, or the loss stands still with every term active.
 * Total collapse is a stationary point of all losses of distances (at ln 2 for a soft margin, at the margin for a hinge),
 * so nothing but an alarm leads out of it.
 */
final class CollapseAlarm {
    /** Root mean squared distance of unit rows to their mean; 1 = over the whole sphere. */
    static final double LEAST_SPREAD = 0.05;

    private static final int STEPS = 20;
    private static final double STANDSTILL = 1e-3;
    private static final double ALL_ACTIVE = 0.99;

    private double[] losses = new double[0];
    private long narrow;
    private boolean collapsed;

    /**
     * @param spread of the batch's unit rows, see {@link #LEAST_SPREAD}
     * @param loss of the batch alone
     * @return true at the step at which it is noticed; again only after the space has spread in between
     */
    boolean observe(double spread, double loss, double activeShare) {
        narrow = spread < LEAST_SPREAD ? narrow + 1 : 0;
        if (activeShare >= ALL_ACTIVE) {
            int kept = Math.min(losses.length, STEPS - 1);
            double[] next = Arrays.copyOfRange(losses, losses.length - kept, losses.length + 1);
            next[kept] = loss;
            losses = next;
        } else {
            losses = new double[0];
        }
        boolean now = narrow >= STEPS || standsStill();
        boolean noticed = now && !collapsed;
        collapsed = now;
        return noticed;
    }

    private boolean standsStill() {
        if (losses.length < STEPS) {
            return false;
        }
        double least = Arrays.stream(losses).min().orElseThrow();
        double most = Arrays.stream(losses).max().orElseThrow();
        return most > 0 && most - least <= STANDSTILL * most;
    }

    void save(SavedState state) {
        state.putDoubles("losses", losses);
        state.putLongs("flags", narrow, collapsed ? 1 : 0);
    }

    void load(SavedState state) {
        losses = state.doubles("losses");
        narrow = state.longs("flags")[0];
        collapsed = state.longs("flags")[1] == 1;
    }
}
