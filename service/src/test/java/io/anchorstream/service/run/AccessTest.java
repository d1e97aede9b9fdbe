package io.anchorstream.service.run;

import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import io.anchorstream.model.text.HashedTextEncoder;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.topology.embedding.EmbedProgress;
import io.anchorstream.topology.embedding.EmbedSettings;
import io.anchorstream.topology.embedding.EmbedTopics;
import io.anchorstream.topology.embedding.EmbedTopology;
import io.anchorstream.topology.embedding.InputEnds;
import io.anchorstream.topology.labelling.Fetching;
import io.anchorstream.topology.labelling.LabelSettings;
import io.anchorstream.topology.labelling.LabelTopology;
import io.anchorstream.topology.pacing.Lateness;
import io.anchorstream.topology.versions.ModelSource;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyDescription.Sink;
import org.apache.kafka.streams.TopologyDescription.Source;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AccessTest {
    private static final Map<String, Object> MOCK = Map.of("schema.registry.url", "mock://access");

    private final Settings settings =
            Settings.resolve(Keys.all(), List.of(new Settings.Layer("test", Map.of("topics.prefix", "shop."))));
    private final Topics topics = Cluster.topicsOf(settings);
    private final Map<String, Access> access = Access.of(topics, settings);

    private static final class NoModels implements ModelSource {
        @Override
        public Optional<Promotion> promoted() {
            return Optional.empty();
        }

        @Override
        public Optional<Promotion> ordered() {
            return Optional.empty();
        }

        @Override
        public Optional<Embedder> embedder(long version) {
            return Optional.empty();
        }

        @Override
        public boolean isGone(long version) {
            return false;
        }
    }

    /** What a topology really reads and writes, internal topics left out. */
    private record Used(Set<String> reads, Set<String> writes, Set<String> internal) {
        static Used by(Topology topology) {
            Used used = new Used(new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
            TopologyDescription description = topology.describe();
            description
                    .globalStores()
                    .forEach(store -> used.reads.addAll(store.source().topicSet()));
            description.subtopologies().forEach(part -> part.nodes().forEach(node -> {
                if (node instanceof Source source) {
                    used.reads.addAll(source.topicSet());
                } else if (node instanceof Sink sink) {
                    used.writes.add(sink.topic());
                }
            }));
            used.internal.addAll(used.reads);
            used.internal.retainAll(used.writes);
            used.internal.removeIf(topic -> !topic.endsWith("-repartition"));
            used.reads.removeAll(used.internal);
            used.writes.removeAll(used.internal);
            return used;
        }
    }

    @Test
    void letsTheLabelRoleDoWhatItsTopologyDoesAndNoMore() {
        Used used = Used.by(LabelTopology.build(
                LabelSettings.defaults(2),
                topics,
                MOCK,
                new ImageDecoder(ImageLimits.defaults(), 32),
                new HashedTextEncoder(),
                new Lateness(Clock.systemUTC()),
                Fetching.none()));

        holds("label", used);
    }

    @Test
    void letsTheEmbedRoleDoWhatItsTopologyDoesAndReadTheModels() {
        Used used = Used.by(EmbedTopology.build(
                EmbedSettings.defaults(4),
                EmbedTopics.of(topics, MOCK, SchemaRegistry.open(RegistryConfig.from(MOCK))),
                new NoModels(),
                partition -> CompletableFuture.completedFuture(InputEnds.NONE),
                Runnable::run,
                new EmbedProgress(),
                Clock.systemUTC()));
        used.reads.add(topics.modelVersions().name());
        used.reads.add(topics.modelWeights().name());
        // Kafka Streams' exception handlers write them, past the topology.
        used.writes.add(topics.deadLetters().name());

        holds("embed", used);
    }

    @Test
    void registersTheSchemaOfEveryInternalTopicThatCarriesAvro() {
        assertThat(SchemaSetup.internal(settings))
                .containsOnlyKeys(
                        "shop.anchorstream-label-by-block-repartition",
                        "shop.anchorstream-embed-refresh-reports-repartition",
                        "shop.anchorstream-embed-generation-reports-changelog",
                        "shop.anchorstream-embed-generation-ledger-changelog");
    }

    @Test
    void namesOnlyTopicsOfTheCatalogueAndOnlyOneWriterOfMostTopics() {
        List<String> known = topics.all().stream().map(TopicSpec::name).toList();

        access.forEach((who, one) -> {
            assertThat(known).as(who).containsAll(one.reads()).containsAll(one.writes());
        });
        for (TopicSpec topic : topics.all()) {
            List<String> writers = access.entrySet().stream()
                    .filter(one -> one.getValue().writes().contains(topic.name()))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(writers)
                    .as("writers of %s", topic.name())
                    .hasSizeBetween(
                            1, topic.equals(topics.deadLetters()) || topic.equals(topics.catalogItems()) ? 2 : 1);
        }
    }

    @Test
    void givesAConsumerNothingToWrite() {
        assertThat(given("consumer").bindings("User:shop"))
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.entry().operation()).isEqualTo(AclOperation.READ));
    }

    private Access given(String who) {
        return Optional.ofNullable(access.get(who)).orElseThrow();
    }

    private void holds(String role, Used used) {
        Access given = given(role);
        assertThat(given.reads()).containsExactlyInAnyOrderElementsOf(used.reads);
        assertThat(given.writes()).containsExactlyInAnyOrderElementsOf(used.writes);
        assertThat(used.internal).isNotEmpty();
        assertThat(given.bindings("User:x"))
                .anySatisfy(rule -> {
                    assertThat(rule.pattern().resourceType()).isEqualTo(ResourceType.TRANSACTIONAL_ID);
                    assertThat(rule.pattern().name()).isEqualTo("shop.anchorstream-" + role + "-");
                })
                .anySatisfy(rule -> assertThat(rule.entry().operation()).isEqualTo(AclOperation.CREATE));
    }
}
