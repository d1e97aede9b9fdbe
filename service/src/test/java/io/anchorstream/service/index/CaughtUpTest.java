package io.anchorstream.service.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.service.run.ManualClock;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CaughtUpTest {
    private static final TopicPartition LABELS = new TopicPartition("labels", 0);
    private static final TopicPartition VECTORS = new TopicPartition("vectors", 0);

    private final ManualClock clock = new ManualClock();
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

    private final Path folder;

    CaughtUpTest(@TempDir Path folder) {
        this.folder = folder;
        consumer.assign(List.of(LABELS, VECTORS));
        at(LABELS, 0, 0);
        at(VECTORS, 0, 0);
    }

    @Test
    void anIndexThatWasAwayForLongerThanDeletionsAreSeenIsEmptiedAndReadAgain() {
        try (CatalogueIndex index = filled()) {
            index.caughtUp().look(consumer);
            index.caughtUp().note();
        }
        clock.pass(CaughtUp.LONGEST.plusMinutes(1));

        try (CatalogueIndex index = open()) {
            assertThat(index.items().card("a")).isEmpty();
            assertThat(index.items().note("offset.labels-0"))
                    .as("where to go on reading")
                    .isEmpty();
            assertThat(index.generations().first()).isEmpty();
        }
    }

    @Test
    void anIndexThatWasAwayForAShorterTimeGoesOn() {
        try (CatalogueIndex index = filled()) {
            index.caughtUp().note();
        }
        clock.pass(CaughtUp.LONGEST.minusMinutes(1));

        try (CatalogueIndex index = open()) {
            assertThat(index.items().card("a")).isPresent();
            assertThat(index.generations().first()).isPresent();
        }
    }

    @Test
    void itIsAsOldAsThePartitionThatIsFarthestBehind() {
        CaughtUp caughtUp = CaughtUp.open(folder, clock);
        at(LABELS, 0, 10);
        at(VECTORS, 0, 10);
        caughtUp.look(consumer);
        clock.pass(Duration.ofDays(4));
        at(LABELS, 10, 10);
        at(VECTORS, 9, 10);
        caughtUp.look(consumer);
        caughtUp.note();
        clock.pass(Duration.ofDays(4));

        assertThat(isEmptied()).isTrue();
    }

    @Test
    void whoReadsWithoutEverComingToTheMovingEndIsCaughtUpWithAnEarlierOne() {
        CaughtUp caughtUp = CaughtUp.open(folder, clock);
        for (long end = 10; end < 100; end += 10) {
            at(LABELS, end - 3, end); // three behind, whenever it is looked at
            at(VECTORS, 0, 0);
            caughtUp.look(consumer);
            clock.pass(Duration.ofDays(1));
        }
        caughtUp.note();

        assertThat(isEmptied()).isFalse();
    }

    @Test
    void aClusterThatDoesNotAnswerForTooLongLeavesTheIndexOldUntilItIsRebuilt() {
        CaughtUp caughtUp = CaughtUp.open(folder, clock);
        caughtUp.look(consumer);
        clock.pass(CaughtUp.LONGEST.plusDays(2));
        caughtUp.look(consumer);
        caughtUp.look(consumer);
        caughtUp.note();

        assertThat(isEmptied()).isTrue();
    }

    @Test
    void aFolderOfAnEarlierBuildThatHasNoNoteIsKept() throws IOException {
        Files.writeString(folder.resolve("data"), "");
        CaughtUp.open(folder, clock);
        assertThat(folder.resolve("data")).exists();
    }

    /** Whether the next start empties the folder. */
    private boolean isEmptied() {
        try {
            Files.writeString(folder.resolve("data"), "");
            CaughtUp.open(folder, clock);
            return Files.notExists(folder.resolve("data"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private CatalogueIndex open() {
        return new CatalogueIndex(folder, clock, Duration.ZERO);
    }

    private CatalogueIndex filled() {
        CatalogueIndex index = open();
        index.applyItem("a", CatalogItem.newBuilder().setTitle("A").build(), 0);
        index.applyEmbedding("a", Records.embedding(0, 0, 1, 0));
        index.items().note("offset.labels-0", "7");
        index.commit();
        return index;
    }

    private void at(TopicPartition partition, long position, long end) {
        consumer.seek(partition, position);
        consumer.updateEndOffsets(Map.of(partition, end));
    }
}
