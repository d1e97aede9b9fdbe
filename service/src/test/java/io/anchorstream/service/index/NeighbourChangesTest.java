package io.anchorstream.service.index;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.service.index.NeighbourChanges.Awaited;
import io.anchorstream.service.index.NeighbourChanges.ChangedItem;
import io.anchorstream.service.index.NeighbourChanges.Changes;
import io.anchorstream.service.index.NeighbourChanges.ChangesView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class NeighbourChangesTest {
    private static final int ITEMS = 80;
    /** Items of the first half that go over to the second when the network learns. */
    private static final int MOVED = 3;

    private final CatalogueIndex catalogue;
    private final NeighbourChanges changes;

    NeighbourChangesTest(@TempDir Path folder) {
        catalogue = new CatalogueIndex(folder, Clock.systemUTC(), Duration.ofSeconds(60));
        changes = new NeighbourChanges(
                catalogue, new SimilaritySearch(catalogue, version -> Optional.empty()), 500, true, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    @Test
    void saysWhatItWaitsForBeforeASecondGenerationIsInService() {
        assertThat(looked()).isEqualTo(new ChangesView(Awaited.ITEMS, null));

        fill(0, ITEMS);

        assertThat(looked()).isEqualTo(new ChangesView(Awaited.LEARNING, null));
    }

    @Test
    void aReaderFindsWhatWasComparedAndBeginsNoLookOfItsOwn() {
        fill(0, ITEMS);
        fill(1, ITEMS);

        assertThat(changes.view()).isEqualTo(new ChangesView(Awaited.COMPARISON, null));
        assertThat(changes.view().changes()).isNull();

        changes.update();
        assertThat(changes.view().changes()).isNotNull();
    }

    @Test
    void looksOnceForEachPairOfGenerations() {
        fill(0, ITEMS);
        fill(1, ITEMS);
        Changes first = found();

        changes.update();
        assertThat(changes.view().changes()).isSameAs(first);

        fill(2, ITEMS);
        assertThat(found().generationAfter()).isEqualTo(2);
    }

    @Test
    void putsFirstWhatMovedToOtherNeighbours() {
        fill(0, ITEMS);
        fill(1, ITEMS);

        Changes found = found();
        assertThat(found.compared()).isEqualTo(ITEMS);
        assertThat(found.changed().stream().limit(MOVED).map(ChangedItem::id))
                .containsExactlyInAnyOrder("item-0", "item-1", "item-2");
        assertThat(found.changed().get(0).stayed())
                .as("but for those that moved along")
                .isLessThan(MOVED);
    }

    @Test
    void tellsOneStoryForEachProduct() {
        fill(0, ITEMS);
        fill(1, ITEMS);
        for (int i = 0; i < MOVED; i++) {
            catalogue.applyItem(
                    "item-" + i,
                    CatalogItem.newBuilder()
                            .setTitle("One apple")
                            .setTruth(EvaluationTruth.newBuilder()
                                    .setGroup("apple")
                                    .setDomain("style " + i)
                                    .build())
                            .build(),
                    0);
        }

        assertThat(found().changed())
                .filteredOn(item -> item.title().equals("One apple"))
                .hasSize(1);
    }

    @Test
    void putsLastWhatFindsNothingOfItsKindThenAndNow() {
        fill(0, ITEMS);
        fill(1, ITEMS);
        for (int i = MOVED; i < ITEMS / 2; i++) {
            catalogue.applyItem(
                    "item-" + i,
                    CatalogItem.newBuilder()
                            .setTitle("A pear")
                            .setTruth(EvaluationTruth.newBuilder()
                                    .setGroup("pear")
                                    .setDomain("style " + i)
                                    .build())
                            .build(),
                    0);
        }

        assertThat(found().changed().get(0).title()).isEqualTo("A pear");
    }

    @Test
    void waitsUntilTheFirstGenerationHasThePicturesOfTheOther() {
        fill(0, ITEMS / 2);
        fill(1, ITEMS);

        assertThat(looked()).isEqualTo(new ChangesView(Awaited.FIRST_GENERATION, null));

        fill(0, ITEMS);
        assertThat(found().changed()).isNotEmpty();
    }

    private Changes found() {
        return Objects.requireNonNull(looked().changes());
    }

    private ChangesView looked() {
        changes.update();
        return changes.view();
    }

    /** Two arcs, far from each other; under generation 1 some items of the first lie on the second. */
    private void fill(long generation, int items) {
        for (int i = 0; i < items; i++) {
            String id = "item-" + i;
            catalogue.applyImage(id, Records.image(0));
            boolean second = i >= ITEMS / 2 ^ (generation == 1 && i < MOVED);
            double angle = (second ? 2 : 0) + 0.01 * i;
            catalogue.applyEmbedding(
                    id, Records.embedding(generation, generation, (float) Math.cos(angle), (float) Math.sin(angle)));
        }
        if (generation > 0) {
            catalogue.serve(Records.complete(generation, items));
        }
        catalogue.refresh();
    }
}
