package io.anchorstream.schemas.topics;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.avro.WeightChunk;

/**
 * Every topic of one tenant, in the order in which data flows. The only place that knows names, partition counts and
 * retention. Topics that are joined by item id have equal partition counts.
 */
public record Topics(
        TopicSpec catalogItems,
        TopicSpec catalogImages,
        TopicSpec catalogLabels,
        TopicSpec labelAliases,
        TopicSpec trainingBatches,
        TopicSpec trainingHoldout,
        TopicSpec trainingSteps,
        TopicSpec modelVersions,
        TopicSpec modelWeights,
        TopicSpec modelCheckpoints,
        TopicSpec modelCommands,
        TopicSpec catalogEmbeddings,
        TopicSpec catalogGenerations,
        TopicSpec deadLetters) {

    /** Largest record of a topic that carries one picture: bytes, after compression by the producer. */
    public static final int MAX_ITEM_BYTES = 12 * 1024 * 1024;

    /** Largest mini-batch in bytes; producers and consumers of batches set their limits from this. */
    public static final int MAX_BATCH_BYTES = 16 * 1024 * 1024;

    /**
     * How long a deletion is seen on a compacted topic: long enough for a consumer that was away over a week's holiday;
     * longer: operations.md.
     */
    public static final Duration TOMBSTONES = Duration.ofDays(8);

    private static final String LEGAL = "[a-zA-Z0-9._-]*";

    /**
     * The catalogue under a prefix.
     *
     * @param prefix put before each name as it is, e.g. {@code "shop1."}; empty for none
     * @throws IllegalArgumentException when the prefix has characters that Kafka refuses in a name or is too long
     */
    public static Topics create(String prefix, TopicSizing sizing) {
        if (!prefix.matches(LEGAL) || prefix.length() > 200) {
            throw new IllegalArgumentException("A topic prefix has at most 200 of the characters a-z, A-Z, 0-9, '.',"
                    + " '_' and '-'; given \"" + prefix + "\".");
        }
        int items = sizing.items();
        return new Topics(
                new TopicSpec(
                        prefix + "catalog.items",
                        items,
                        compacted(MAX_ITEM_BYTES),
                        CatalogItem.class,
                        Direction.INPUT,
                        "Items as the catalogue sends them; null deletes."),
                new TopicSpec(
                        prefix + "catalog.images",
                        items,
                        compacted(MAX_ITEM_BYTES),
                        CanonicalItem.class,
                        Direction.INTERNAL,
                        "Checked, decoded, resized pictures of live items."),
                new TopicSpec(
                        prefix + "catalog.labels",
                        items,
                        compacted(1024 * 1024),
                        WeakLabel.class,
                        Direction.OUTPUT,
                        "The class that each item's text was given."),
                new TopicSpec(
                        prefix + "catalog.label-aliases",
                        1,
                        compacted(1024 * 1024),
                        LabelAlias.class,
                        Direction.OUTPUT,
                        "Classes that became one: the older label that a label is another name for; null once no item carries it."),
                new TopicSpec(
                        prefix + "training.batches",
                        1,
                        deleted(sizing.batchRetention(), sizing.batchRetentionBytes(), MAX_BATCH_BYTES),
                        MiniBatch.class,
                        Direction.INTERNAL,
                        "Self-contained mini-batches: the training log."),
                new TopicSpec(
                        prefix + "training.holdout",
                        sizing.samplers(),
                        compacted(MAX_ITEM_BYTES),
                        HoldoutItem.class,
                        Direction.INTERNAL,
                        "Items that are never trained on."),
                new TopicSpec(
                        prefix + "training.steps",
                        1,
                        both(sizing.stepRetention(), 1024 * 1024),
                        TrainingStep.class,
                        Direction.OUTPUT,
                        "What each training step measured."),
                new TopicSpec(
                        prefix + "model.versions",
                        1,
                        compacted(4 * 1024 * 1024),
                        ModelVersion.class,
                        Direction.OUTPUT,
                        "Model versions and their state."),
                new TopicSpec(
                        prefix + "model.weights",
                        1,
                        compacted(2 * 1024 * 1024),
                        WeightChunk.class,
                        Direction.INTERNAL,
                        "Weights of the versions, in chunks."),
                new TopicSpec(
                        prefix + "model.checkpoints",
                        1,
                        compacted(2 * 1024 * 1024),
                        WeightChunk.class,
                        Direction.INTERNAL,
                        "What trainers go on from, in chunks: a standby needs no disk of another's."),
                new TopicSpec(
                        prefix + "model.commands",
                        1,
                        deleted(sizing.commandRetention(), -1, 1024 * 1024),
                        ModelCommand.class,
                        Direction.INPUT,
                        "Operators' orders."),
                new TopicSpec(
                        prefix + "catalog.embeddings",
                        items,
                        compacted(1024 * 1024),
                        ItemEmbedding.class,
                        Direction.OUTPUT,
                        "The vector of each item, with the generation that made it."),
                new TopicSpec(
                        prefix + "catalog.generations",
                        1,
                        compacted(1024 * 1024),
                        GenerationEvent.class,
                        Direction.OUTPUT,
                        "Life of the generations; indexers swap on COMPLETE."),
                new TopicSpec(
                        prefix + "catalog.dead-letters",
                        items,
                        deleted(sizing.deadLetterRetention(), -1, MAX_BATCH_BYTES),
                        null,
                        Direction.OUTPUT,
                        "Records that were refused: the original bytes, the reason in headers."));
    }

    /** All topics, in the order in which data flows. */
    public List<TopicSpec> all() {
        return List.of(
                catalogItems,
                catalogImages,
                catalogLabels,
                labelAliases,
                trainingBatches,
                trainingHoldout,
                trainingSteps,
                modelVersions,
                modelWeights,
                modelCheckpoints,
                modelCommands,
                catalogEmbeddings,
                catalogGenerations,
                deadLetters);
    }

    private static Map<String, String> compacted(int maxBytes) {
        return Map.of(
                "cleanup.policy", "compact",
                "max.message.bytes", Integer.toString(maxBytes),
                // The open segment is never compacted: with Kafka's 1 GB most catalogues would never be.
                "segment.bytes", Integer.toString(64 * 1024 * 1024),
                "delete.retention.ms", Long.toString(TOMBSTONES.toMillis()));
    }

    /** Each key's last record, while it is young enough: for keys that are never given twice but after a rollback. */
    private static Map<String, String> both(Duration retention, int maxBytes) {
        Map<String, String> config = new HashMap<>(compacted(maxBytes));
        config.put("cleanup.policy", "compact,delete");
        config.put("retention.ms", Long.toString(retention.toMillis()));
        return config;
    }

    private static Map<String, String> deleted(Duration retention, long retentionBytes, int maxBytes) {
        Map<String, String> config = new HashMap<>();
        config.put("cleanup.policy", "delete");
        config.put("max.message.bytes", Integer.toString(maxBytes));
        config.put("segment.bytes", Integer.toString(64 * 1024 * 1024));
        config.put("retention.ms", Long.toString(retention.toMillis()));
        if (retentionBytes >= 0) {
            config.put("retention.bytes", Long.toString(retentionBytes));
        }
        return config;
    }
}
