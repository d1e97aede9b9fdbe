package io.anchorstream.topology.batching;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One text vector per label, that of its oldest buffered item read on demand: near labels are a preference, not a
 * promise, and a cache that is bounded, and that a restart empties, must not change what is drawn, so the vector is always
 * the same item's.
 */
final class LabelNeighbours {
    /** Some megabytes of vectors. */
    private static final int CACHED = 4_096;

    private final ClassBuffers buffers;
    private final Map<Long, Sample> samples = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Sample> eldest) {
            return size() > CACHED;
        }
    };

    LabelNeighbours(ClassBuffers buffers) {
        this.buffers = buffers;
    }

    /** Cosine of two labels' texts, or -1 when one has none. */
    float cosine(long one, long other) {
        float[] a = vector(one);
        float[] b = vector(other);
        if (a.length == 0 || a.length != b.length) {
            return -1;
        }
        float dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
        }
        return dot;
    }

    private float[] vector(long label) {
        long oldest = buffers.oldest(label);
        Sample sample = samples.get(label);
        if (sample == null || sample.number() != oldest) {
            sample = new Sample(oldest, buffers.textVector(label, oldest));
            samples.put(label, sample);
        }
        return sample.vector();
    }

    @SuppressWarnings("ArrayRecordComponent") // cache entry, never compared
    private record Sample(long number, float[] vector) {}
}
