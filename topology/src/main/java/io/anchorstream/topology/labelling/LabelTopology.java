package io.anchorstream.topology.labelling;

import java.util.Map;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.LabelledItem;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.text.TextEncoder;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.batching.ClassBuffers;
import io.anchorstream.topology.batching.DrawBatches;
import io.anchorstream.topology.pacing.Lateness;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Wires the label role: items to pictures, labels, hold-out and mini-batches. A pure function of its arguments; all
 * nodes, stores and internal topics are named, so that the state survives changes of the wiring.
 */
public final class LabelTopology {
    static final String PARSE = "parse";
    static final String VALIDATE = "validate";
    static final String FETCH = "fetch-picture";
    static final String DECODE = "decode";
    static final String ENCODE_TEXT = "encode-text";
    static final String ROUTE = "route-to-block";
    static final String BY_BLOCK = "by-block";
    static final String ASSIGN_LABEL = "assign-label";
    static final String DRAW_BATCHES = "draw-batches";

    static final String IMAGES = "images";
    static final String LABELS = "labels";
    static final String ALIASES = "label-aliases";
    static final String HOLDOUT = "holdout";
    static final String BATCHES = "batches";
    static final String DEAD_LETTERS = "dead-letters";

    static final String WAITING_STORE = "waiting-pictures";
    static final String BLOCKS_STORE = "item-blocks";
    static final String LABELS_STORE = "labels-by-block";

    private LabelTopology() {}

    /**
     * @param serdeConfig configuration of the Avro serdes, at least {@code schema.registry.url}
     * @param encoder stays open: the caller closes it after the streams
     * @param lateness is told of each item that is taken up
     * @param fetching its source stays open: the caller closes it after the streams
     */
    public static Topology build(
            LabelSettings settings,
            Topics topics,
            Map<String, ?> serdeConfig,
            ImageDecoder decoder,
            TextEncoder encoder,
            Lateness lateness,
            Fetching fetching) {
        RegistrySerdes serdes = new RegistrySerdes(serdeConfig, SchemaRegistry.open(RegistryConfig.from(serdeConfig)));
        String items = topics.catalogItems().name();
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.timestampedKeyValueStoreWithHeadersBuilder(
                Stores.persistentTimestampedKeyValueStoreWithHeaders(WAITING_STORE),
                Serdes.String(),
                Serdes.ByteArray()));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(BLOCKS_STORE), Serdes.String(), Serdes.String()));
        builder.addStateStore(bytesStore(LABELS_STORE));
        builder.addStateStore(bytesStore(ClassBuffers.ITEMS_STORE));
        builder.addStateStore(bytesStore(ClassBuffers.INDEX_STORE));

        KStream<String, LabelledItem> routed = builder.stream(
                        items,
                        Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("items"))
                .process(
                        () -> new ParseItem(serdes.of(CatalogItem.class).deserializer(), items, lateness),
                        Named.as(PARSE))
                .process(() -> new ValidateItem(settings.text(), items), Named.as(VALIDATE))
                .process(
                        () -> new FetchPicture(
                                fetching, serdes.of(CatalogItem.class).deserializer(), items),
                        Named.as(FETCH),
                        WAITING_STORE)
                .process(() -> new EncodeText(encoder), Named.as(ENCODE_TEXT))
                .process(() -> new DecodeImage(decoder, items), Named.as(DECODE))
                .process(
                        () -> new RouteToBlock(
                                settings.functions(),
                                new BlockChooser(settings.clustering().textBits()),
                                encoder.version(),
                                items),
                        Named.as(ROUTE),
                        BLOCKS_STORE);
        routed.repartition(Repartitioned.with(Serdes.String(), serdes.of(LabelledItem.class))
                        .withName(BY_BLOCK)
                        .withNumberOfPartitions(settings.partitions()))
                .process(
                        () -> new AssignLabel(
                                settings.clustering(),
                                settings.holdout(),
                                StateFingerprint.of(
                                        settings, encoder.version(), encoder.dimension(), decoder.preprocessing()),
                                AliasSweep.LEAST),
                        Named.as(ASSIGN_LABEL),
                        LABELS_STORE)
                .process(
                        () -> new DrawBatches(settings.batching(), encoder.version()),
                        Named.as(DRAW_BATCHES),
                        ClassBuffers.ITEMS_STORE,
                        ClassBuffers.INDEX_STORE);
        return withSinks(builder.build(), topics, serdes);
    }

    /** Sinks are added to the built topology, so that a processor can choose among them by name. */
    private static Topology withSinks(Topology topology, Topics topics, RegistrySerdes serdes) {
        StringSerializer keys = new StringSerializer();
        return topology.addSink(
                        DEAD_LETTERS,
                        topics.deadLetters().name(),
                        keys,
                        new ByteArraySerializer(),
                        PARSE,
                        VALIDATE,
                        FETCH,
                        DECODE)
                .addSink(
                        IMAGES,
                        topics.catalogImages().name(),
                        keys,
                        serdes.of(CanonicalItem.class).serializer(),
                        DECODE)
                .addSink(
                        LABELS,
                        topics.catalogLabels().name(),
                        keys,
                        serdes.of(WeakLabel.class).serializer(),
                        ASSIGN_LABEL)
                .addSink(
                        ALIASES,
                        topics.labelAliases().name(),
                        keys,
                        serdes.of(LabelAlias.class).serializer(),
                        ASSIGN_LABEL)
                .addSink(
                        HOLDOUT,
                        topics.trainingHoldout().name(),
                        keys,
                        serdes.of(HoldoutItem.class).serializer(),
                        ASSIGN_LABEL)
                .addSink(
                        BATCHES,
                        topics.trainingBatches().name(),
                        keys,
                        serdes.of(MiniBatch.class).serializer(),
                        DRAW_BATCHES);
    }

    static StoreBuilder<?> bytesStore(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray());
    }

    /** Avro serdes over one registry client. */
    private record RegistrySerdes(Map<String, ?> config, SchemaRegistry registry) {
        <T extends SpecificRecord> Serde<T> of(Class<T> type) {
            return AvroSerde.of(type, config, registry);
        }
    }
}
