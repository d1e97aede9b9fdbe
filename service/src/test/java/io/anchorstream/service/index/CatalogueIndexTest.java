package io.anchorstream.service.index;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.service.run.ManualClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CatalogueIndexTest {
    private final Path folder;
    private final ManualClock clock = new ManualClock();
    private CatalogueIndex catalogue;

    CatalogueIndexTest(@TempDir Path folder) {
        this.folder = folder;
        this.catalogue = new CatalogueIndex(folder, clock, Duration.ofSeconds(60));
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    @Test
    void searchesTheFirstGenerationUntilOneIsComplete() {
        arrive("a", 0, 0, 1, 0);
        catalogue.refresh();

        assertThat(catalogue.generations().servingGeneration()).isEqualTo(-1);
        assertThat(catalogue.generations().serving().orElseThrow().generation()).isZero();
    }

    @Test
    void swapsOnCompletionAndKeepsTheFirstGenerationAndTheOneReplacedLast() {
        for (long generation = 0; generation <= 3; generation++) {
            arrive("a", generation, generation, 1, 0);
            catalogue.serve(Records.complete(generation, 1));
        }
        catalogue.refresh();
        assertThat(catalogue.generations().find(1))
                .as("within the grace period")
                .isPresent();

        clock.pass(Duration.ofSeconds(61));
        catalogue.refresh();

        assertThat(catalogue.generations().servingGeneration()).isEqualTo(3);
        assertThat(catalogue.generations().find(1)).isEmpty();
        assertThat(catalogue.generations().find(2))
                .as("a rollback returns to it")
                .isPresent();
        assertThat(catalogue.generations().first().orElseThrow().generation()).isZero();
    }

    @Test
    void afterARollbackServesTheVectorsItStillHoldsWithoutWaitingForTheRefresh() {
        for (long generation = 0; generation <= 2; generation++) {
            arrive("a", generation, generation, 1, 0);
            catalogue.applyGeneration(Records.event(generation, generation, GenerationState.COMPLETE));
            catalogue.serve(Records.complete(generation, 1));
        }

        catalogue.applyGeneration(Records.event(3, 1, GenerationState.OPENED));
        assertThat(catalogue.generations().servingGeneration()).isEqualTo(1);
        assertThat(catalogue.lastSwap()).contains("generation 1 is in service again", "until generation 3");

        catalogue.applyEmbedding("b", Records.embedding(3, 1, 0, 1));
        catalogue.refresh();
        assertThat(catalogue.generations().serving().orElseThrow().size())
                .as("what came since is found, too")
                .isEqualTo(2);
        catalogue.serve(Records.complete(2, 1)); // heard late, of the version that was left
        assertThat(catalogue.generations().servingGeneration()).isEqualTo(1);

        catalogue.applyEmbedding("a", Records.embedding(3, 1, 1, 0));
        GenerationEvent complete = Records.complete(3, 2);
        catalogue.serve(complete);
        assertThat(catalogue.generations().servingGeneration()).isEqualTo(3);
    }

    @Test
    void waitsForTheRefreshWhereTheOldVectorsWereNeverComplete() {
        arrive("a", 0, 0, 1, 0);
        catalogue.serve(Records.complete(0, 1));
        arrive("a", 1, 1, 1, 0);
        catalogue.applyGeneration(Records.event(2, 1, GenerationState.OPENED));
        assertThat(catalogue.generations().servingGeneration()).isZero();
    }

    @Test
    void staysWithTheOldGenerationAndSaysSoWhenTheNewOneIsShort() {
        for (String id : List.of("a", "b", "c")) {
            arrive(id, 0, 0, 1, 0);
        }
        catalogue.serve(Records.complete(0, 3));
        arrive("a", 1, 1, 1, 0);

        catalogue.serve(Records.complete(1, 3));

        assertThat(catalogue.generations().servingGeneration()).isZero();
        assertThat(catalogue.lastSwap()).contains("generation 1", "3 items", "only 1");
    }

    @Test
    void countsAVectorOfAnotherVersionInsteadOfMixingItIn() {
        arrive("a", 0, 0, 1, 0);
        catalogue.applyEmbedding("b", Records.embedding(0, 5, 0, 1));
        catalogue.refresh();

        assertThat(catalogue.refused()).containsOnlyKeys("mixed-vectors");
        assertThat(catalogue.generations().first().orElseThrow().size()).isEqualTo(1);
    }

    @Test
    void showsTheNameInUseOfALabelThatMerged() {
        catalogue.applyLabel("a", new WeakLabel(7L, 1f, "block", "cluster", false, "hashed", 0, 0L));
        catalogue.items().alias(7, 5);
        catalogue.items().alias(5, 3);
        catalogue.items().alias(3, 7);
        catalogue.applyLabel("b", new WeakLabel(5L, 1f, "block", "cluster", true, "hashed", 0, 1L));

        assertThat(catalogue.items().card("a"))
                .hasValueSatisfying(card -> assertThat(card.label()).isEqualTo(3));
        assertThat(catalogue.items().cards()).extracting(ItemCard::label).containsExactly(3L, 3L);
    }

    @Test
    void countsClassesThatMergedAsOneFromTheFirstMomentAfterARestart() {
        catalogue.applyLabel("a", new WeakLabel(7L, 1f, "block", "cluster", false, "hashed", 0, 0L));
        catalogue.applyLabel("b", new WeakLabel(3L, 1f, "block", "cluster", false, "hashed", 0, 1L));
        catalogue.items().alias(7, 5);
        catalogue.items().alias(5, 3);
        catalogue.close();

        catalogue = new CatalogueIndex(folder, clock, Duration.ofSeconds(60)); // no topic was read yet

        assertThat(catalogue.items().cards()).extracting(ItemCard::label).containsExactly(3L, 3L);
    }

    @Test
    void forgetsTheCardThatALateLabelMadeOfADeletedItem() {
        catalogue.applyItem("a", null, 1);
        catalogue.applyImage("a", null);
        catalogue.applyLabel("a", new WeakLabel(7L, 1f, "block", "cluster", false, "hashed", 0, 0L));
        assertThat(catalogue.items().card("a")).as("the label was on its way").isPresent();

        catalogue.applyLabel("a", null);

        assertThat(catalogue.items().cards()).isEmpty();
    }

    @Test
    void forgetsADeletedItemEverywhere() {
        arrive("a", 0, 0, 1, 0);
        arrive("b", 0, 0, 0, 1);
        catalogue.applyItem("a", null, 9);
        catalogue.applyImage("a", null);
        catalogue.applyLabel("a", null);
        catalogue.applyEmbedding("a", null);
        catalogue.refresh();

        assertThat(catalogue.items().card("a")).isEmpty();
        assertThat(catalogue.picture("a")).isEmpty();
        assertThat(catalogue.generations().first().orElseThrow().size()).isEqualTo(1);
    }

    @Test
    void keepsAnItemThatWasDeletedAndCameAgainInWhateverOrderTheTopicsTellOfIt() {
        List<String> orders = interleavings("", new int[Topic.values().length]);
        for (String order : orders) {
            arriveWithLabel(order, 0);
            int[] told = new int[Topic.values().length];
            for (int at = 0; at < order.length(); at++) {
                int topic = order.charAt(at) - '0';
                apply(Topic.values()[topic], order, told[topic]++ > 0, 5);
            }
        }
        catalogue.refresh();

        VectorIndex vectors = catalogue.generations().first().orElseThrow();
        assertThat(orders).hasSize(2520);
        assertThat(vectors.size()).isEqualTo(orders.size());
        for (String order : orders) {
            ItemCard card = catalogue.items().card(order).orElseThrow();
            assertThat(card.title()).as(order).isEqualTo(order);
            assertThat(card.label()).as(order).isEqualTo(7);
            assertThat(card.picture()).as(order).isEqualTo(5);
            assertThat(catalogue.picture(order).orElseThrow().bytes()).as(order).containsExactly(Records.PNG);
            assertThat(catalogue.canonical(order)).as(order).isPresent();
        }
    }

    @Test
    void forgetsADeletedItemInWhateverOrderTheTopicsTellOfIt() {
        List<String> orders = interleavings("", new int[Topic.values().length]);
        for (String order : orders) {
            int[] told = new int[Topic.values().length];
            for (int at = 0; at < order.length(); at++) {
                int topic = order.charAt(at) - '0';
                apply(Topic.values()[topic], order, told[topic]++ == 0, 5);
            }
        }
        catalogue.refresh();

        assertThat(catalogue.items().cards()).isEmpty();
        assertThat(catalogue.generations().first().orElseThrow().size()).isZero();
        assertThat(orders).allSatisfy(order -> {
            assertThat(catalogue.items().picture(order)).isEmpty();
            assertThat(catalogue.items().canonical(order)).isEmpty();
        });
    }

    private enum Topic {
        ITEMS,
        IMAGES,
        LABELS,
        EMBEDDINGS
    }

    /** Every order of two records of each topic, a topic written as its digit. */
    private static List<String> interleavings(String begun, int[] told) {
        if (begun.length() == 2 * told.length) {
            return List.of(begun);
        }
        List<String> all = new ArrayList<>();
        for (int topic = 0; topic < told.length; topic++) {
            if (told[topic] < 2) {
                told[topic]++;
                all.addAll(interleavings(begun + topic, told));
                told[topic]--;
            }
        }
        return all;
    }

    private void arriveWithLabel(String id, long offset) {
        for (Topic topic : Topic.values()) {
            apply(topic, id, true, offset);
        }
    }

    private void apply(Topic topic, String id, boolean present, long offset) {
        switch (topic) {
            case ITEMS -> catalogue.applyItem(id, present ? Records.item(id, Records.PNG) : null, offset);
            case IMAGES -> catalogue.applyImage(id, present ? Records.image(offset) : null);
            case LABELS ->
                catalogue.applyLabel(
                        id, present ? new WeakLabel(7L, 1f, "block", "cluster", false, "hashed", 0, 0L) : null);
            case EMBEDDINGS -> catalogue.applyEmbedding(id, present ? Records.embedding(0, 0, 1, 0) : null);
        }
    }

    @Test
    void showsNoPictureBeforeItWasChecked() {
        catalogue.applyItem("a", Records.item("a cup", Records.PNG), 4);
        assertThat(catalogue.picture("a")).isEmpty();

        catalogue.applyImage("a", Records.image(4));
        assertThat(catalogue.picture("a").orElseThrow().bytes()).containsExactly(Records.PNG);
    }

    @Test
    void showsTheCheckedPixelsWhenANewerOriginalIsNotCheckedYet() {
        catalogue.applyItem("a", Records.item("a cup", Records.PNG), 4);
        catalogue.applyImage("a", Records.image(4));
        catalogue.applyItem("a", Records.item("a cup", new byte[] {'G', 'I', 'F', '8', 1}), 5);

        assertThat(catalogue.picture("a").orElseThrow().format()).isEqualTo(PictureFormat.PNG);
    }

    @Test
    void neverShowsBytesThatAreNoPicture() {
        catalogue.applyItem(
                "a",
                Records.item("a cup", "<svg onload=alert(1)>".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                4);
        catalogue.applyImage("a", Records.image(4));

        assertThat(catalogue.picture("a").orElseThrow().format()).isEqualTo(PictureFormat.PNG);
    }

    @Test
    void keepsItemsVectorsAndServingGenerationOverARestart() {
        arrive("a", 0, 0, 1, 0);
        catalogue.serve(Records.complete(0, 1));
        catalogue.commit();
        catalogue.close();

        catalogue = new CatalogueIndex(folder, clock, Duration.ofSeconds(60));

        assertThat(catalogue.items().card("a").orElseThrow().title()).isEqualTo("a");
        assertThat(catalogue.generations().servingGeneration()).isZero();
        assertThat(catalogue.generations().serving().orElseThrow().size()).isEqualTo(1);
    }

    @Test
    void fillsTheFirstGenerationWithItemsThatCameLater() {
        arrive("old", 0, 0, 1, 0);
        arrive("old", 1, 1, 1, 0);
        arrive("new", 1, 1, 0, 1);
        catalogue.serve(Records.complete(1, 2));
        catalogue.refresh();
        FirstGenerationFiller filler =
                new FirstGenerationFiller(catalogue, version -> Optional.of(new FixedEmbedder(new float[] {0, 1})));

        int filled = filler.fill(10);
        catalogue.refresh();

        assertThat(filled).isEqualTo(1);
        assertThat(catalogue.generations().first().orElseThrow().size()).isEqualTo(2);
        assertThat(filler.fill(10)).isZero();
    }

    @Test
    void answersForTheFirstGenerationFromThePictureWhenItHasNoVector() {
        arrive("old", 0, 0, 1, 0);
        arrive("new", 1, 1, 0, 1);
        catalogue.refresh();
        SimilaritySearch search =
                new SimilaritySearch(catalogue, version -> Optional.of(new FixedEmbedder(new float[] {1, 0})));
        VectorIndex first = catalogue.generations().first().orElseThrow();

        QueryVector query = search.vectorOf(first, "new").orElseThrow();

        assertThat(query.modelVersion()).isZero();
        assertThat(search.nearest(first, query, 3, card -> true))
                .extracting(found -> found.card().id())
                .containsExactly("old");
    }

    private void arrive(String id, long generation, long version, float... vector) {
        catalogue.applyItem(id, Records.item(id, Records.PNG), 0);
        catalogue.applyImage(id, Records.image(0));
        catalogue.applyEmbedding(id, Records.embedding(generation, version, vector));
    }

    @SuppressWarnings("ArrayRecordComponent") // test data
    private record FixedEmbedder(float[] vector) implements Embedder {
        @Override
        public int dimension() {
            return vector.length;
        }

        @Override
        public float[][] embed(List<CanonicalImage> images) {
            return images.stream().map(image -> vector).toArray(float[][]::new);
        }

        @Override
        public void close() {}
    }
}
