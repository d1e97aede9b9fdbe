package io.anchorstream.service.catalogue;

/** A 64-bit hash that is the same on every machine and for ever, for choices that must not depend on order. */
public final class SeededHash {
    private final long seed;

    public SeededHash(long seed) {
        this.seed = seed;
    }

    public long of(String text) {
        long hash = mix(seed ^ 0x9e3779b97f4a7c15L);
        for (int i = 0; i < text.length(); i++) {
            hash = mix(hash ^ text.charAt(i)) + 0x9e3779b97f4a7c15L;
        }
        return mix(hash);
    }

    /** A whole number from 0 to {@code bound - 1}. */
    int below(int bound, String text) {
        return (int) Math.floorMod(of(text), (long) bound);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
