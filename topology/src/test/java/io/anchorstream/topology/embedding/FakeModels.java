package io.anchorstream.topology.embedding;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.topology.versions.ModelSource;

/** Models whose vectors tell which version made them of which item, and, in the last place, of which picture of it. */
final class FakeModels implements ModelSource {
    private final Map<Long, Embedder> models = new HashMap<>();
    private final Set<Long> gone = new HashSet<>();
    private Optional<Promotion> promoted = Optional.empty();
    private Optional<Promotion> ordered = Optional.empty();
    int calls;
    int embedded;
    Runnable onCall = () -> {};

    void promote(long version, long generation) {
        models.put(version, new Fake(version));
        promoted = Optional.of(new Promotion(version, generation));
        ordered = Optional.empty();
    }

    /** An operator's promotion. */
    void order(long version, long generation) {
        promote(version, generation);
        ordered = promoted;
    }

    /** Unloads it, and its weights are no longer there. */
    void lose(long version) {
        unload(version);
        gone.add(version);
    }

    void unload(long version) {
        models.remove(version);
    }

    void load(long version) {
        models.put(version, new Fake(version));
    }

    @Override
    public Optional<Promotion> promoted() {
        return promoted;
    }

    @Override
    public Optional<Promotion> ordered() {
        return ordered;
    }

    @Override
    public Optional<Embedder> embedder(long version) {
        return Optional.ofNullable(models.get(version));
    }

    @Override
    public boolean isGone(long version) {
        return gone.contains(version);
    }

    private final class Fake implements Embedder {
        private final long version;

        Fake(long version) {
            this.version = version;
        }

        @Override
        public int dimension() {
            return 3;
        }

        @Override
        public float[][] embed(List<CanonicalImage> images) {
            calls++;
            embedded += images.size();
            onCall.run();
            float[][] vectors = new float[images.size()][];
            for (int i = 0; i < vectors.length; i++) {
                byte[] rgb = images.get(i).rgb();
                double angle = Math.toRadians(rgb[0] + (double) version);
                vectors[i] = new float[] {(float) Math.cos(angle), (float) Math.sin(angle), rgb[1] / 1_000f};
            }
            return vectors;
        }

        @Override
        public void close() {}
    }
}
