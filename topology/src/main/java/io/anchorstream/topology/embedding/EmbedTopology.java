package io.anchorstream.topology.embedding;

import java.time.Clock;
import java.util.concurrent.Executor;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.RefreshReport;
import io.anchorstream.topology.versions.ModelSource;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.Stores;

/** The topology of the embed role. A pure function of its arguments. */
public final class EmbedTopology {
    private static final String PICTURE_SOURCE = "images";
    private static final String LABEL_SOURCE = "labels";

    private EmbedTopology() {}

    /**
     * Builds the topology; run it with {@code exactly_once_v2}.
     *
     * @param models loads the models in the background
     * @param ends says where the inputs end
     * @param refreshes runs the inference of refreshes; new items are embedded on the stream thread
     * @param progress is told what the tasks of this process do
     */
    public static Topology build(
            EmbedSettings settings,
            EmbedTopics topics,
            ModelSource models,
            InputEnds ends,
            Executor refreshes,
            EmbedProgress progress,
            Clock clock) {
        StreamsBuilder builder = new StreamsBuilder();
        ItemShelf.builders().forEach(builder::addStateStore);
        builder.addStateStore(VectorSample.builder());
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(DeclareGenerations.REPORTS), Serdes.String(), topics.reportSerde()));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(DeclareGenerations.LEDGER), Serdes.String(), topics.generationSerde()));
        builder.globalTable(
                topics.generations(),
                Consumed.with(Serdes.String(), topics.generationSerde()).withName("generations"),
                Materialized.as(Stores.inMemoryKeyValueStore(EmbedItems.GENERATIONS)));

        String[] shelf = {
            ItemShelf.PICTURES,
            ItemShelf.MARKS,
            ItemShelf.DUE,
            ItemShelf.COUNTS,
            ItemShelf.REFRESH,
            VectorShelf.STORE,
            VectorSample.STORE
        };
        KStream<String, Emission> deletions = builder.stream(
                        topics.images(),
                        Consumed.with(Serdes.String(), topics.imageSerde()).withName(PICTURE_SOURCE))
                .process(AcceptPicture::new, Named.as("accept-picture"), shelf);
        KStream<String, Emission> nothing = builder.stream(
                        topics.labels(),
                        Consumed.with(Serdes.String(), topics.labelSerde()).withName(LABEL_SOURCE))
                .process(AcceptLabel::new, Named.as("accept-label"), shelf);
        ProcessorSupplier<String, Emission, String, Emission> embed =
                () -> new EmbedItems(settings, models, ends, refreshes, clock, progress);
        KStream<String, Emission> emissions =
                deletions.merge(nothing, Named.as("shelf")).process(embed, Named.as("embed-items"), shelf);

        emissions
                .split(Named.as("emission"))
                .branch(
                        (key, emission) -> emission instanceof Emission.Report,
                        Branched.<String, Emission>withConsumer(
                                reports -> declare(reports, settings, topics, clock), "-report"))
                .defaultBranch(Branched.withConsumer(
                        vectors -> vectors.mapValues(
                                        emission -> emission instanceof Emission.Vector it ? it.embedding() : null,
                                        Named.as("vector-or-tombstone"))
                                .to(
                                        topics.embeddings(),
                                        Produced.with(Serdes.String(), topics.embeddingSerde())
                                                .withName("embeddings")),
                        "-vector"));
        return builder.build();
    }

    private static void declare(
            KStream<String, Emission> reports, EmbedSettings settings, EmbedTopics topics, Clock clock) {
        ProcessorSupplier<String, RefreshReport, String, GenerationEvent> declare =
                () -> new DeclareGenerations(settings, clock);
        reports.mapValues(emission -> ((Emission.Report) emission).report(), Named.as("report"))
                .repartition(Repartitioned.with(Serdes.String(), topics.reportSerde())
                        .withName("refresh-reports")
                        .withNumberOfPartitions(1))
                .process(
                        declare, Named.as("declare-generations"), DeclareGenerations.REPORTS, DeclareGenerations.LEDGER)
                .to(
                        topics.generations(),
                        Produced.with(Serdes.String(), topics.generationSerde()).withName("generation-events"));
    }
}
