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
        List<HoldoutExample> kept = fill(examples);
        assertThat(kept).hasSize(25);
        assertThat(kept.stream().map(HoldoutExample::label).distinct()).hasSize(7); // four of a class at most
    }

    @Test
    void itemsOfLabelsThatBecameOneAreOneClassWheneverThatWasHeard() {
        HoldoutSet set = new HoldoutSet(100);
        set.put(example("before", 9));
        set.merge(9, 7);
        set.merge(7, 2);
        set.put(example("behind", 9));
        set.put(example("survivor", 2));
        set.put(example("other", 8));
        assertThat(set.items())
                .extracting(item -> item.itemId() + " " + item.label())
                .containsExactlyInAnyOrder("before 2", "behind 2", "survivor 2", "other 8");
        long changes = set.changes();
        set.merge(7, 2);
        assertThat(set.changes()).isEqualTo(changes);
    }

    @Test
    void holdsNoNameThatNoItemCarriesAnyMore() {
        HoldoutSet set = new HoldoutSet(100);
        set.merge(9, 7);
        set.forget(9);
        set.put(example("a", 9));
        assertThat(set.items()).extracting(HoldoutExample::label).containsExactly(9L);
    }

    @Test
    void testGroupsDoNotCrowdOutTheItemsThatVersionsAreChosenBy() {
        HoldoutSet set = new HoldoutSet(20);
        for (int i = 0; i < 200; i++) {
            set.put(example("judge-" + i, i / 2));
            set.put(test("test-" + i, "group-" + i / 2));
        }
        assertThat(set.items()).filteredOn(item -> item.truth().isEmpty()).hasSize(10);
        assertThat(set.items()).hasSize(20);
    }

    @Test
    void asksForWhatItLeftOutOnceEnoughOfTheRestIsDeleted() {
        HoldoutSet set = new HoldoutSet(20);
        List<HoldoutExample> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add(example("item-" + i, i / 2));
        }
        all.forEach(set::put);
        List<HoldoutExample> kept = set.items();
        assertThat(set.thinned()).isFalse();
        kept.subList(0, 3).forEach(item -> set.remove(item.itemId()));
        assertThat(set.thinned()).isTrue();
        set.refilling();
        all.removeAll(kept.subList(0, 3));
        all.forEach(set::put);
        assertThat(set.size()).isEqualTo(10);
        assertThat(set.thinned()).isFalse();
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

    private static HoldoutExample test(String id, String group) {
        return new HoldoutExample(
                id,
                -1,
                new CanonicalImage(1, new byte[3]),
                new float[0],
                Optional.empty(),
                Optional.of(new HoldoutExample.Truth(Optional.of(group), Optional.empty(), true)));
    }

    private static HoldoutExample example(String id, long label) {
        return new HoldoutExample(
                id, label, new CanonicalImage(1, new byte[3]), new float[0], Optional.empty(), Optional.empty());
    }
}
