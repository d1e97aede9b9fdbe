package io.anchorstream.service.config;

import java.util.List;

/** Keys that belong together in the documentation, in its order. */
record Section(String title, String doc, List<ConfigKey<?>> keys) {
    private static final List<Section> ALL = List.of(
            new Section(
                    "Process",
                    "Where this process keeps its files and how it is seen.",
                    List.of(
                            Keys.DATA,
                            Keys.APPLICATION,
                            Keys.HTTP_HOST,
                            Keys.HTTP_PORT,
                            Keys.HTTP_TOKEN,
                            Keys.PEERS_HOST,
                            Keys.PEERS_PORT)),
            new Section(
                    "Topics",
                    "Names and sizes of the topics. Partition counts are fixed once the topics exist.",
                    List.of(
                            Keys.TOPIC_PREFIX,
                            Keys.ITEM_PARTITIONS,
                            Keys.SAMPLER_PARTITIONS,
                            Keys.REPLICATION,
                            Keys.CREATE_TOPICS,
                            Keys.BATCH_RETENTION,
                            Keys.BATCH_RETENTION_BYTES)),
            new Section(
                    "Fetching",
                    "How the label role and ingest get pictures that a catalogue names by address.",
                    List.of(
                            Keys.FETCH_ITEMS,
                            Keys.FETCH_PER_HOST,
                            Keys.FETCH_TIMEOUT,
                            Keys.FETCH_DEADLINE,
                            Keys.FETCH_RETRIES,
                            Keys.FETCH_REDIRECTS,
                            Keys.FETCH_MAX_BYTES,
                            Keys.FETCH_TRUSTED)),
            new Section(
                    "Labelling",
                    "How pictures and text are checked and turned into weak labels.",
                    List.of(
                            Keys.LABEL_THREADS,
                            Keys.IMAGE_SIZE,
                            Keys.IMAGE_MAX_BYTES,
                            Keys.IMAGE_MAX_PIXELS,
                            Keys.TEXT_ENCODER,
                            Keys.LABEL_RULES,
                            Keys.LABEL_JOIN,
                            Keys.LABEL_MERGE,
                            Keys.HOLDOUT_ONE_IN)),
            new Section(
                    "Batching",
                    "How labelled items become mini-batches.",
                    List.of(
                            Keys.BATCH_LABELS,
                            Keys.BATCH_ITEMS,
                            Keys.BATCH_GRADIENTS,
                            Keys.BATCH_NEAR,
                            Keys.BATCH_BUFFER,
                            Keys.BATCH_QUIET)),
            new Section(
                    "Training",
                    "What learns, and how. Defaults are the measured recipe.",
                    List.of(
                            Keys.NETWORK,
                            Keys.NETWORK_OPTIONS,
                            Keys.LOSS,
                            Keys.LOSS_OPTIONS,
                            Keys.DIMENSION,
                            Keys.LEARNING_RATE,
                            Keys.WEIGHT_DECAY,
                            Keys.CLIP_NORM,
                            Keys.EMA_DECAY,
                            Keys.MEMORY_ROWS,
                            Keys.MEMORY_MAX_AGE,
                            Keys.MEMORY_WARM_UP,
                            Keys.AUGMENTATION,
                            Keys.SEED,
                            Keys.ENGINE_THREADS,
                            Keys.DEVICE,
                            Keys.PREFETCH_BATCHES,
                            Keys.PINNED_MEMORY,
                            Keys.STEPS_PER_VERSION,
                            Keys.TRAIN_SHARE,
                            Keys.START_OVER,
                            Keys.SHARE_CHECKPOINTS,
                            Keys.KEEP_CHECKPOINTS,
                            Keys.KEEP_VERSIONS,
                            Keys.HOLDOUT_ITEMS)),
            new Section(
                    "Versions",
                    "When a trained version goes into service; see docs/versions.md.",
                    List.of(
                            Keys.GATE_RULES,
                            Keys.GATE_CONFIDENCE,
                            Keys.GATE_CATEGORY_LOSS,
                            Keys.GATE_CROSS_RECALL,
                            Keys.GATE_MINIMUM_ITEMS,
                            Keys.GATE_MINIMUM_SPREAD,
                            Keys.GATE_SHADOW,
                            Keys.ROLLBACK_STICKS)),
            new Section(
                    "Embedding",
                    "How items get their vectors.",
                    List.of(Keys.EMBED_THREADS, Keys.EMBED_BATCH, Keys.REFRESH_RATE, Keys.KEEP_VECTORS)),
            new Section("Index", "What the search page shows.", List.of(Keys.KEEP_FIRST)));

    /** Every section; a key that stands in none is no key, and a test says so. */
    static List<Section> all() {
        return ALL;
    }
}
