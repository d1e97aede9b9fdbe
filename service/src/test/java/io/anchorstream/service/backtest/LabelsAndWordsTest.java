package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.service.catalogue.CatalogueEntry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LabelsAndWordsTest {

    @Test
    void measuresLabelsAgainstGroups() {
        List<BacktestItem> items =
                List.of(item("a1", "a"), item("a2", "a"), item("a3", "a"), item("b1", "b"), item("b2", "b"));

        LabelQuality quality = LabelQuality.of(items, Map.of("a1", 7L, "a2", 7L, "b1", 7L, "b2", 9L, "a3", -1L));

        assertThat(quality.labelled()).isEqualTo(4);
        assertThat(quality.clusters()).isEqualTo(2);
        assertThat(quality.purity()).isEqualTo(0.75);
        assertThat(quality.pairPrecision()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(quality.pairRecall()).isEqualTo(0.25);
        assertThat(quality.coverage()).isEqualTo(0.6);
        assertThat(quality.sizes()).containsEntry("1", 1).containsEntry("3-4", 1);
    }

    @Test
    void rewordsEachItemInItsOwnWayAndAlwaysTheSame() {
        CatalogueEntry one = entry("one");
        Rewording rewording = new Rewording(1);

        CatalogueEntry reworded = rewording.reword(one);

        assertThat(rewording.reword(one)).isEqualTo(reworded);
        assertThat(reworded.title() + reworded.description())
                .isNotEqualTo(one.title() + one.description())
                .isNotEqualTo(rewording.reword(entry("two")).title()
                        + rewording.reword(entry("two")).description());
        assertThat(reworded.group()).isEqualTo(one.group());
        List<String> keywords = new ArrayList<>(one.keywords());
        assertThat(keywords).containsAll(reworded.keywords());
    }

    @Test
    void rewordsTextOfAnyShape() {
        Rewording rewording = new Rewording(3);
        for (String text : List.of("", " ", "x", "abcd", "....", "one. two! three? four")) {
            CatalogueEntry entry = new CatalogueEntry(
                    "id",
                    text,
                    text,
                    List.of(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    false);
            assertThat(rewording.reword(entry).title()).isNotNull();
        }
    }

    @Test
    void widensTheIntervalOfFewSeeds() {
        assertThat(Spread.of(List.of(1.0, 2.0, 3.0)).halfWidth()).isCloseTo(4.303 / Math.sqrt(3), within(1e-9));
        assertThat(Spread.of(List.of(1.0)).halfWidth()).isNaN();
    }

    private static CatalogueEntry entry(String id) {
        return new CatalogueEntry(
                id,
                "Blue walnut kettle with a long spout",
                "Boils water for the whole family. The handle stays cool. Comes with a lid and a filter.",
                List.of("kettle", "blue", "walnut", "kitchen"),
                Optional.of("kitchen"),
                Map.of(),
                Optional.of("a.png"),
                Optional.of("g"),
                Optional.of("d"),
                false);
    }

    private static BacktestItem item(String id, String group) {
        return new BacktestItem(
                entry(id), group, new CanonicalImage(1, new byte[3]), new float[0], List.of(), new float[0]);
    }
}
