package io.anchorstream.service.run;

import java.io.IOException;
import java.nio.file.Path;

import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import io.anchorstream.model.text.CachingTextEncoder;
import io.anchorstream.model.text.HashedTextEncoder;
import io.anchorstream.model.text.MiniLmTextEncoder;
import io.anchorstream.model.text.TextEncoder;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.config.ConfigurationException;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.topology.batching.BatchSettings;
import io.anchorstream.topology.labelling.ClusterSettings;
import io.anchorstream.topology.labelling.HoldoutRule;
import io.anchorstream.topology.labelling.LabelSettings;
import io.anchorstream.topology.labelling.LabellingFunctions;
import io.anchorstream.topology.labelling.LabellingRulesFile;
import io.anchorstream.topology.labelling.TextLimits;

/** Turns the configuration into what labelling and batching take. */
public final class Labelling {
    private static final long TEXT_CACHE_BYTES = 16L << 20;

    private static final int MINILM_DIMENSION = 384;
    /** Room for an item's id, label and the record's headers. */
    private static final int ITEM_EXTRA_BYTES = 256;

    private Labelling() {}

    /** @throws IOException if the rules file cannot be read */
    public static LabelSettings settings(Settings settings) throws IOException {
        String rules = settings.get(Keys.LABEL_RULES);
        ClusterSettings clusters = ClusterSettings.defaults();
        return new LabelSettings(
                TextLimits.defaults(),
                rules.isEmpty() ? LabellingFunctions.none() : LabellingRulesFile.read(Path.of(rules)),
                new ClusterSettings(
                        settings.get(Keys.LABEL_JOIN).floatValue(),
                        settings.get(Keys.LABEL_MERGE).floatValue(),
                        clusters.stepCap(),
                        clusters.maxClassesPerBlock(),
                        clusters.textBits()),
                new HoldoutRule(settings.get(Keys.HOLDOUT_ONE_IN)),
                new BatchSettings(
                        settings.get(Keys.BATCH_LABELS),
                        settings.get(Keys.BATCH_ITEMS),
                        settings.get(Keys.BATCH_GRADIENTS),
                        settings.get(Keys.BATCH_NEAR),
                        settings.get(Keys.BATCH_BUFFER),
                        settings.get(Keys.BATCH_QUIET),
                        settings.get(Keys.SEED)),
                settings.get(Keys.SAMPLER_PARTITIONS));
    }

    /**
     * Asks whether a full mini-batch can travel as one record.
     *
     * @throws ConfigurationException if not; names the keys
     */
    public static void requireBatchesFit(Settings settings) {
        int size = settings.get(Keys.IMAGE_SIZE);
        int text = settings.get(Keys.TEXT_ENCODER).equals("hashed")
                ? HashedTextEncoder.DEFAULT_DIMENSION
                : MINILM_DIMENSION;
        long item = 3L * size * size + 4L * text + ITEM_EXTRA_BYTES;
        long batch = item * settings.get(Keys.BATCH_LABELS) * settings.get(Keys.BATCH_ITEMS);
        if (batch > Topics.MAX_BATCH_BYTES) {
            throw new ConfigurationException("a mini-batch of batch.labels = " + settings.get(Keys.BATCH_LABELS)
                    + " times batch.items-per-label = " + settings.get(Keys.BATCH_ITEMS)
                    + " pictures of image.size = " + size + ", with text vectors of " + text + " numbers, has " + batch
                    + " bytes, more than the " + Topics.MAX_BATCH_BYTES
                    + " of a record on training.batches: make one of the three smaller");
        }
    }

    /** The caller closes it. */
    public static TextEncoder textEncoder(Settings settings) {
        return switch (settings.get(Keys.TEXT_ENCODER)) {
            case "hashed" -> new HashedTextEncoder();
            case "minilm" -> new CachingTextEncoder(new MiniLmTextEncoder(1), TEXT_CACHE_BYTES);
            default -> throw new ConfigurationException("no text encoder " + settings.get(Keys.TEXT_ENCODER));
        };
    }

    public static ImageDecoder decoder(Settings settings) {
        ImageLimits standard = ImageLimits.defaults();
        return new ImageDecoder(
                new ImageLimits(
                        settings.get(Keys.IMAGE_MAX_BYTES),
                        settings.get(Keys.IMAGE_MAX_PIXELS),
                        standard.maxEdge(),
                        standard.maxCompression(),
                        standard.freePixels()),
                settings.get(Keys.IMAGE_SIZE));
    }
}
