package io.anchorstream.topology.embedding;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

/** What tests of the embed topology begin with: no model, no item, and stores in a folder of their own. */
abstract class EmbedFixture {
    static final EmbedSettings SETTINGS = EmbedSettings.defaults(1);

    final FakeModels models = new FakeModels();
    final FakeEnds ends = new FakeEnds();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path state;

    final EmbedBench bench(EmbedSettings settings) {
        return new EmbedBench(state, models, ends, settings);
    }

    /** Version 0 in service and so many items, after so many punctuations. */
    final EmbedBench serving(EmbedSettings settings, int items, int flushes) {
        models.promote(0, 0);
        EmbedBench bench = bench(settings);
        bench.add(items);
        bench.flush(flushes);
        return bench;
    }
}
