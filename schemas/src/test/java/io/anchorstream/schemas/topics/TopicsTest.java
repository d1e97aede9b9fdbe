package io.anchorstream.schemas.topics;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicsTest {

    private final Topics topics = Topics.create("shop1.", TopicSizing.of(6, 3));

    @Test
    void prefixesEveryNameForATenant() {
        assertThat(topics.all()).hasSize(14).allMatch(topic -> topic.name().startsWith("shop1."));
        assertThat(topics.all()).extracting(TopicSpec::name).doesNotHaveDuplicates();
        assertThat(topics.catalogItems().subject()).isEqualTo("shop1.catalog.items-value");
    }

    @Test
    void partitionsAlikeWhatIsJoinedByItem() {
        assertThat(topics.catalogItems().partitions()).isEqualTo(6);
        assertThat(topics.catalogImages().partitions()).isEqualTo(6);
        assertThat(topics.catalogLabels().partitions()).isEqualTo(6);
        assertThat(topics.catalogEmbeddings().partitions()).isEqualTo(6);
    }

    @Test
    void keepsOrderedLogsInOnePartition() {
        assertThat(topics.trainingBatches().partitions()).isEqualTo(1);
        assertThat(topics.trainingSteps().partitions()).isEqualTo(1);
        assertThat(topics.modelVersions().partitions()).isEqualTo(1);
        assertThat(topics.modelCommands().partitions()).isEqualTo(1);
        assertThat(topics.catalogGenerations().partitions()).isEqualTo(1);
    }

    @Test
    void boundsTheTrainingLog() {
        TopicSizing sizing = TopicSizing.of(1, 1).withBatchRetention(Duration.ofHours(2), 1_000_000);

        assertThat(Topics.create("", sizing).trainingBatches().config())
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "7200000")
                .containsEntry("retention.bytes", "1000000");
        assertThat(topics.trainingBatches().config()).doesNotContainKey("retention.bytes");
        assertThat(topics.catalogEmbeddings().compacted()).isTrue();
    }

    @Test
    void boundsTheStepsWhoseKeysAreNeverGivenTwice() {
        assertThat(topics.trainingSteps().config())
                .containsEntry("cleanup.policy", "compact,delete")
                .containsEntry("retention.ms", Long.toString(Duration.ofDays(90).toMillis()));
    }

    @Test
    void refusesAPrefixThatKafkaWould() {
        assertThatThrownBy(() -> Topics.create("shop/1", TopicSizing.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shop/1");
    }

    @Test
    void describesItselfAsATable() {
        assertThat(TopicAdmin.describe(topics).lines())
                .hasSize(15)
                .anyMatch(line -> line.startsWith("shop1.training.batches") && line.contains("delete"));
    }
}
