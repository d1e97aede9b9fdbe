package io.anchorstream.service.http;

import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.avro.VersionState;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.NeighbourChanges;
import io.anchorstream.service.index.SimilaritySearch;
import io.anchorstream.service.monitor.DeadLetters;
import io.anchorstream.service.monitor.LearningHistory;
import io.anchorstream.service.monitor.PipelineMonitor;
import io.anchorstream.service.projection.MapService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** The page over a real index of real pictures, fed without a broker. */
final class PageFixture implements AutoCloseable {
    private static final int EDGE = 32;
    /** Fewer than the items of the tests, so that the map is a sample. */
    private static final int MAP_SAMPLE = 100;

    private final CatalogueIndex catalogue;
    private final LearningHistory learning = new LearningHistory();
    private final DeadLetters deadLetters = new DeadLetters();
    private final PipelineMonitor pipeline;
    private final MapService map;
    private final NeighbourChanges changes;
    private final PageServer server;
    private final Clock clock = Clock.systemUTC();

    PageFixture(Path folder, int port) {
        catalogue = new CatalogueIndex(folder, clock, Duration.ofSeconds(30));
        pipeline = new PipelineMonitor(
                catalogue,
                () -> 0L,
                learning,
                deadLetters,
                () -> (long) catalogue.items().size() + deadLetters.view().count(),
                () -> Map.of("label", 12L, "train", 3L, "embed", 0L),
                clock);
        map = new MapService(catalogue, MAP_SAMPLE, clock);
        SimilaritySearch search =
                new SimilaritySearch(catalogue, version -> Optional.of(new ThumbnailEmbedder(version)));
        changes = new NeighbourChanges(catalogue, search, 500, true, clock);
        server = PageServer.start(
                PageSettings.local(port),
                new PageSources(
                        catalogue,
                        search,
                        learning,
                        pipeline,
                        map,
                        changes,
                        PageFixture::decode,
                        () -> List.of(
                                new PageSources.Credit(
                                        "Noto Emoji (v1)",
                                        "Google Inc",
                                        "Apache 2.0",
                                        "https://github.com/googlefonts/noto-emoji",
                                        60),
                                new PageSources.Credit(
                                        "OpenMoji", "OpenMoji", "CC BY-SA 4.0", "https://openmoji.org", 60))),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                () -> new HealthProbe.Health(true, Map.of("process", "up")),
                () -> new HealthProbe.Health(true, Map.of("index", "serving")));
    }

    String address() {
        return server.address();
    }

    PipelineMonitor pipeline() {
        return pipeline;
    }

    CatalogueIndex catalogue() {
        return catalogue;
    }

    /** What goes on in the background while the service runs. */
    void compareGenerations() {
        changes.update();
        map.update();
    }

    /** Feeds drawings as the pipeline would, under generation 0 and, after a refresh, under generation 1. */
    void feed(List<DrawnCatalogue.Drawing> drawings) {
        long offset = 0;
        for (DrawnCatalogue.Drawing drawing : drawings) {
            CanonicalImage image = decode(drawing.png());
            long label = Math.floorMod(drawing.group().hashCode(), 100_000);
            catalogue.applyItem(
                    drawing.id(),
                    CatalogItem.newBuilder()
                            .setTitle(drawing.title())
                            .setCategory("pictograms")
                            .setImage(ByteBuffer.wrap(drawing.png()))
                            .setTruth(EvaluationTruth.newBuilder()
                                    .setGroup(drawing.group())
                                    .setDomain(drawing.domain())
                                    .setTest(label % 5 == 0)
                                    .build())
                            .build(),
                    offset);
            catalogue.applyImage(
                    drawing.id(),
                    CanonicalItem.newBuilder()
                            .setImage(ByteBuffer.wrap(image.toBytes()))
                            .setTitle(drawing.title())
                            .setPreprocessing("test")
                            .setSourcePartition(0)
                            .setSourceOffset(offset)
                            .setSourceTimestamp(clock.millis())
                            .build());
            catalogue.applyLabel(
                    drawing.id(),
                    WeakLabel.newBuilder()
                            .setLabel(label)
                            .setHoldout(label % 20 == 0)
                            .build());
            for (long version = 0; version <= 1; version++) {
                embed(drawing, image, label, offset, version);
            }
            offset++;
        }
        for (long version = 0; version <= 1; version++) {
            GenerationEvent.Builder event = GenerationEvent.newBuilder()
                    .setGeneration(version)
                    .setModelVersion(version)
                    .setPartitions(4)
                    .setItems(drawings.size())
                    .setEmbedded(drawings.size());
            catalogue.applyGeneration(event.setState(GenerationState.OPENED)
                    .setTimestamp(clock.millis() - 40_000)
                    .build());
            GenerationEvent complete = event.setState(GenerationState.COMPLETE)
                    .setTimestamp(clock.millis() - 20_000)
                    .build();
            catalogue.applyGeneration(complete);
            catalogue.serve(complete);
        }
        catalogue.refresh();
    }

    /** A refresh under way: generation 2, two of four partitions done. */
    void openRefresh(long items) {
        for (int partition = -1; partition < 4; partition++) {
            catalogue.applyGeneration(GenerationEvent.newBuilder()
                    .setGeneration(2)
                    .setModelVersion(2)
                    .setState(partition < 0 ? GenerationState.OPENED : GenerationState.PROGRESS)
                    .setPartition(partition)
                    .setPartitions(4)
                    .setItems(items / 4)
                    .setEmbedded(partition < 2 ? items / 4 : items / 9)
                    .setDone(partition == 0 || partition == 1)
                    .setTimestamp(clock.millis())
                    .build());
        }
    }

    private void embed(DrawnCatalogue.Drawing drawing, CanonicalImage image, long label, long offset, long version) {
        float[] vector = new ThumbnailEmbedder(version).embed(List.of(image))[0];
        if (version == 1) {
            // Stands for what learning does: drawings of one pictogram move together.
            Random random = new Random(drawing.group().hashCode());
            for (int i = 0; i < vector.length; i++) {
                vector[i] += (float) (0.09 * random.nextGaussian());
            }
            ThumbnailEmbedder.normalise(vector);
        }
        List<Float> values = new ArrayList<>(vector.length);
        for (float value : vector) {
            values.add(value);
        }
        catalogue.applyEmbedding(
                drawing.id(),
                ItemEmbedding.newBuilder()
                        .setVector(values)
                        .setDimension(vector.length)
                        .setModelVersion(version)
                        .setGeneration(version)
                        .setLabel(label)
                        .setSourceOffset(offset)
                        .setRefresh(version > 0)
                        .build());
        catalogue.freshness().record(150 + (offset * 37) % 900);
    }

    /** Steps and versions as training would write them. */
    void teach(int steps) {
        Random random = new Random(7);
        for (int step = 1; step <= steps; step++) {
            double progress = step / (step + 120.0);
            learning.apply(TrainingStep.newBuilder()
                    .setStep(step)
                    .setVersion(step / 100)
                    .setLoss(0.32 * (1 + 0.6 * progress) + 0.03 * random.nextGaussian())
                    .setMetrics(Map.of("loss.metric", 0.32 * (1 - 0.6 * progress) + 0.03 * random.nextGaussian()))
                    .setSkipped(step % 50 == 0 ? "no valid anchor" : null)
                    .setActiveShare(0.72 * (1 - 0.7 * progress) + 0.03 * random.nextGaussian())
                    .setPrequentialRecallAt1(0.35 + 0.4 * progress)
                    .setImages(64)
                    .setSeconds(0.8)
                    .setTimestamp(clock.millis() - (steps - step) * 900L)
                    .build());
        }
        double[] recall = {0.41, 0.52, 0.50, 0.58, 0.63, 0.62, 0.67};
        for (int version = 0; version < recall.length; version++) {
            boolean promoted = version == 0 || recall[version] > recall[version - 1];
            learning.apply(ModelVersion.newBuilder()
                    .setVersion(version)
                    .setState(promoted ? VersionState.PROMOTED : VersionState.REJECTED)
                    .setGeneration(promoted ? version : -1)
                    .setStep(version * 100L)
                    .setDimension(128)
                    .setNetwork("{}")
                    .setNetworkDigest("")
                    .setWeightsDigest("")
                    .setWeightsBytes(1)
                    .setMetrics(Map.of(
                            "holdout.recall_at_1",
                            recall[version],
                            "holdout.map_at_r",
                            recall[version] * 0.55,
                            "test.cross_domain_recall_at_1",
                            recall[version] - 0.05))
                    .setBaselines(Map.of(
                            "untrained.test.cross_domain_recall_at_1", recall[0] - 0.05,
                            "hog.test.cross_domain_recall_at_1", 0.395,
                            "pixels.test.cross_domain_recall_at_1", 0.20,
                            "histogram.test.cross_domain_recall_at_1", 0.18))
                    .setComparedWith(version - 1L)
                    .setCompatibility(
                            version == 0
                                    ? Map.of()
                                    : Map.of(
                                            "old_in_old",
                                            recall[version - 1],
                                            "old_in_new",
                                            recall[version - 1] - 0.04,
                                            "new_in_old",
                                            recall[version - 1] - 0.02,
                                            "new_in_new",
                                            recall[version],
                                            "new_in_old_unaligned",
                                            0.21,
                                            "overlap_at_10",
                                            0.72))
                    .setReason(
                            promoted
                                    ? "Recall@1 " + recall[version] + " is above the version in service"
                                    : "Recall@1 " + recall[version] + " is not above the version in service")
                    .setTimestamp(clock.millis() - (recall.length - version) * 60_000L)
                    .build());
        }
    }

    void refuse(String key, String reason, int bytes) {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(
                "catalog.dead-letters",
                0,
                0,
                clock.millis() - 90_000,
                TimestampType.CREATE_TIME,
                key.length(),
                bytes,
                key.getBytes(StandardCharsets.UTF_8),
                new byte[bytes],
                new RecordHeaders(),
                Optional.empty());
        record.headers().add("anchorstream.reason", reason.getBytes(StandardCharsets.UTF_8));
        deadLetters.apply(record);
    }

    private static CanonicalImage decode(byte[] bytes) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(bytes));
            if (picture == null) {
                throw new IllegalArgumentException("it is no PNG, JPEG, GIF or BMP");
            }
            BufferedImage small = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_INT_RGB);
            small.getGraphics()
                    .drawImage(picture.getScaledInstance(EDGE, EDGE, Image.SCALE_AREA_AVERAGING), 0, 0, null);
            byte[] rgb = new byte[EDGE * EDGE * 3];
            for (int i = 0; i < EDGE * EDGE; i++) {
                int pixel = small.getRGB(i % EDGE, i / EDGE);
                rgb[3 * i] = (byte) (pixel >> 16);
                rgb[3 * i + 1] = (byte) (pixel >> 8);
                rgb[3 * i + 2] = (byte) pixel;
            }
            return new CanonicalImage(EDGE, rgb);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close();
        pipeline.close();
        catalogue.close();
    }

    /** A picture's 8 x 8 thumbnail as a unit vector: a real, if weak, embedding that needs no network. */
    private record ThumbnailEmbedder(long version) implements Embedder {
        private static final int CELLS = 8;

        @Override
        public int dimension() {
            return CELLS * CELLS * 3;
        }

        @Override
        public float[][] embed(List<CanonicalImage> images) {
            return images.stream().map(this::embed).toArray(float[][]::new);
        }

        private float[] embed(CanonicalImage image) {
            float[] vector = new float[dimension()];
            int cell = image.size() / CELLS;
            for (int i = 0; i < image.size() * image.size(); i++) {
                int at = (i / image.size() / cell * CELLS + i % image.size() / cell) * 3;
                for (int channel = 0; channel < 3; channel++) {
                    vector[at + channel] += 1 - (image.rgb()[3 * i + channel] & 0xFF) / 128f;
                }
            }
            normalise(vector);
            return vector;
        }

        static void normalise(float[] vector) {
            double squares = 1e-9;
            for (float value : vector) {
                squares += value * value;
            }
            for (int i = 0; i < vector.length; i++) {
                vector[i] /= (float) Math.sqrt(squares);
            }
        }

        @Override
        public void close() {}
    }
}
