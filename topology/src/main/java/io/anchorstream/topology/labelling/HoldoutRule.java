package io.anchorstream.topology.labelling;

/**
 * Keeps whole classes out of training: one label in {@code oneIn}, by a hash of the label, so that the choice needs no
 * memory and never changes.
 *
 * @param oneIn 0 = no label is held out
 */
public record HoldoutRule(int oneIn) {
    public HoldoutRule {
        if (oneIn < 0 || oneIn == 1) {
            throw new IllegalArgumentException(
                    "one label in 2 or more is held out, or none (0); with " + oneIn + " nothing would be trained on");
        }
    }

    boolean holdsOut(long label) {
        return oneIn > 0 && label >= 0 && Long.remainderUnsigned(mix(label), oneIn) == 0;
    }

    /** Stafford's variant 13: labels are counters, whose low digits would hold out a regular pattern. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
