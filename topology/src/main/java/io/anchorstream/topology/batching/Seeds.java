package io.anchorstream.topology.batching;

/** Folds the parts of a seed into one. */
final class Seeds {
    private Seeds() {}

    static long mix(long... parts) {
        long seed = 0;
        for (long part : parts) {
            seed = (seed ^ part) + 0x9e3779b97f4a7c15L;
            seed = (seed ^ (seed >>> 30)) * 0xbf58476d1ce4e5b9L;
            seed = (seed ^ (seed >>> 27)) * 0x94d049bb133111ebL;
            seed ^= seed >>> 31;
        }
        return seed;
    }
}
