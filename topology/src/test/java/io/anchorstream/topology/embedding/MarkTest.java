package io.anchorstream.topology.embedding;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MarkTest {
    @Test
    void anItemThatMovedToAnotherSourcePartitionIsDueThoughItsOffsetThereIsTheOldOne() {
        Mark embedded = Mark.NEW.withPicture(0, 7).withLabel(0, 7, 3).embeddedFor(1);
        assertThat(embedded.isDue()).isFalse();

        Mark moved = embedded.withPicture(1, 7).withLabel(1, 7, 3);

        assertThat(moved.isComplete()).isTrue();
        assertThat(moved.isDue()).isTrue();
    }
}
