package io.anchorstream.topology.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import io.anchorstream.model.image.CanonicalImage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HoldoutSetTest {

    @Test
    void keepsTheSameItemsInWhateverOrderTheyCome() {
        List<HoldoutExample> examples = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            examples.add(example("item-" + i, i % 20));
        }
        List<HoldoutExample> first = fill(examples);
        Collections.shuffle(examples, new Random(3));
        assertThat(fill(examples))
                .extracting(HoldoutExample::itemId)
                .containsExactlyElementsOf(
                        first.stream().map(HoldoutExample::itemId).toList());
    }

    @Test
    void keepsWholeClassesWhenThereAreTooManyItems() {
        List<HoldoutExample> examples = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            examples.add(example("item-" + i, i % 20));
        }
        assertThat(fill(examples).stream().map(HoldoutExample::label).distinct())
                .hasSize(5);
    }

    @Test
    void forgetsDeletedItems() {
        HoldoutSet set = new HoldoutSet(10);
        set.put(example("a", 1));
        set.remove("a");
        set.remove("never there");
        assertThat(set.size()).isZero();
        assertThat(set.changes()).isEqualTo(2);
    }

    private static List<HoldoutExample> fill(List<HoldoutExample> examples) {
        HoldoutSet set = new HoldoutSet(50);
        examples.forEach(set::put);
        return set.items();
    }

    private static HoldoutExample example(String id, long label) {
        return new HoldoutExample(
                id, label, new CanonicalImage(1, new byte[3]), new float[0], Optional.empty(), Optional.empty());
    }
}
