package io.anchorstream.service.ingest;

import java.util.ArrayList;
import java.util.List;

import io.anchorstream.service.catalogue.SeededHash;

/**
 * Which ids came before, and where. Keeps 16 bytes an id and a hash of 64 bits instead of the text: of ten million ids,
 * the odds that any two are taken for one are below one in 100,000.
 */
final class SeenIds {
    private static final int NAMED = 5;
    private static final SeededHash HASH = new SeededHash(0);

    private final List<String> first = new ArrayList<>();
    private long[] hashes = new long[1024];

    /** Line of the id's latest item; 0 = free, negative = it came more than once. */
    private long[] lines = new long[1024];

    private int size;
    private long repeated;

    /** @param line counts from 1 */
    void add(String id, long line) {
        if (size > hashes.length / 2) {
            grow();
        }
        long hash = HASH.of(id);
        int at = slot(hash);
        long earlier = lines[at];
        if (earlier == 0) {
            size++;
        } else if (earlier > 0) {
            repeated++;
        }
        if (earlier != 0 && first.size() < NAMED) {
            first.add(id + " in lines " + Math.abs(earlier) + " and " + line);
        }
        hashes[at] = hash;
        lines[at] = earlier == 0 ? line : -line;
    }

    /** How many ids came more than once, and the first few. */
    CatalogueIngest.Named repeated() {
        return new CatalogueIngest.Named(repeated, List.copyOf(first));
    }

    private int slot(long hash) {
        int at = (int) hash & (hashes.length - 1);
        while (lines[at] != 0 && hashes[at] != hash) {
            at = (at + 1) & (hashes.length - 1);
        }
        return at;
    }

    private void grow() {
        long[] oldHashes = hashes;
        long[] oldLines = lines;
        hashes = new long[2 * oldHashes.length];
        lines = new long[hashes.length];
        for (int i = 0; i < oldLines.length; i++) {
            if (oldLines[i] != 0) {
                int at = slot(oldHashes[i]);
                hashes[at] = oldHashes[i];
                lines[at] = oldLines[i];
            }
        }
    }
}
