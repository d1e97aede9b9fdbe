package io.anchorstream.model.text;

/** 64-bit hash of a term: FNV-1a over its characters, finished with a full mix. Part of the encoder's version. */
final class TermHash {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private TermHash() {}

    static long of(CharSequence term) {
        long hash = OFFSET;
        for (int i = 0; i < term.length(); i++) {
            hash = (hash ^ term.charAt(i)) * PRIME;
        }
        return mix(hash);
    }

    /** Stafford's variant 13 of the 64-bit finaliser. */
    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
