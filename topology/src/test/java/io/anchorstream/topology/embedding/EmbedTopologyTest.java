package io.anchorstream.topology.embedding;

import java.time.Duration;

import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EmbedTopologyTest extends EmbedFixture {
    @Test
    void keepsItemsThatArriveBeforeAnyModel() {
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.item("a", 1);
            bench.flush(3);
            assertThat(bench.vectors()).isEmpty();

            models.promote(0, 0);
            bench.flush(2);

            ItemEmbedding vector = bench.vectors().get(0).value;
            assertThat(vector.getGeneration()).isZero();
            assertThat(vector.getModelVersion()).isZero();
            assertThat(vector.getDimension())
                    .isEqualTo(3)
                    .isEqualTo(vector.getVector().size());
            assertThat(vector.getLabel()).isEqualTo(1);
            assertThat(vector.getSourceOffset()).isEqualTo(1);
            assertThat(vector.getSourceTimestamp()).isEqualTo(1_001);
            assertThat(vector.getPreprocessing()).isEqualTo("p1");
            assertThat(vector.getRefresh()).isFalse();
        }
    }

    @Test
    void waitsForPictureAndLabelOfTheSameSource() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.picture("a", 1);
            bench.flush(2);
            assertThat(bench.vectors()).isEmpty();
            bench.label("a", 1, 4);
            bench.picture("b", 3);
            bench.label("b", 2, 4);
            bench.flush(2);
            assertThat(bench.vectors()).extracting(it -> it.key).containsExactly("a");
            bench.label("b", 3, 4);
            bench.flush(2);
            assertThat(bench.vectors()).extracting(it -> it.key).containsExactly("b");
        }
    }

    @Test
    void anOlderLabelThatComesLaterTakesNothingAway() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.picture("a", 1);
            bench.picture("a", 2);
            bench.label("a", 2, 4);
            bench.label("a", 1, 9);
            bench.flush(2);
            assertThat(bench.vectors())
                    .singleElement()
                    .matches(it -> it.value.getSourceOffset() == 2 && it.value.getLabel() == 4);
            models.promote(1, 1);
            bench.flush(20);
            assertThat(bench.vectors()).singleElement().matches(it -> it.value.getGeneration() == 1);
        }
    }

    @Test
    void aLabelsTombstoneThatComesLateTakesNothingFromAnItemThatWasAddedAgain() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.item("a", 1);
            bench.flush(2);
            bench.label("a", 5, 4);
            bench.deletePicture("a");
            bench.picture("a", 5);
            bench.deleteLabel("a");
            bench.flush(2);
            assertThat(bench.vectors())
                    .extracting(it -> it.value == null ? -1L : it.value.getSourceOffset())
                    .containsExactly(1L, -1L, 5L);
        }
    }

    @Test
    void goesOnWithNewItemsWhileThePromotedModelLoads() {
        try (EmbedBench bench = serving(SETTINGS, 3, 40)) {
            bench.vectors();
            models.promote(1, 1);
            models.unload(1);
            bench.item("fresh", 100);
            bench.flush(2);
            assertThat(bench.vectors())
                    .extracting(it -> it.key + "/" + it.value.getGeneration())
                    .containsExactly("fresh/0");

            models.load(1);
            bench.flush(40);
            assertThat(EmbedBench.only(bench.events(), 1, GenerationState.COMPLETE)
                            .getEmbedded())
                    .isEqualTo(4);
        }
    }

    @Test
    void boundsInferenceByTheSlice() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS.withBatchSize(8))) {
            bench.add(200);
            models.onCall = () -> bench.clock.pass(Duration.ofMillis(100));
            bench.flush(1);
            assertThat(models.calls).isBetween(1, 3);
        }
    }

    @Test
    void isNamedThroughout() {
        try (EmbedBench bench = bench(SETTINGS)) {
            assertThat(bench.description).isEqualTo(Golden.read("embed-topology.txt"));
        }
    }
}
