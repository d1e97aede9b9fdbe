package io.anchorstream.topology.training;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SideWorkTest {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();

    @Test
    void theActComesOnlyWhenTheTrainerAsksForIt() throws Exception {
        SideWork beside = new SideWork(waiting::add);
        beside.begin(() -> named("scored", "published"));

        beside.finishIfDone();
        assertThat(done).as("work that waits for its thread").isEmpty();
        waiting.remove().run();
        assertThat(done).as("work that is done").containsExactly("scored");
        beside.finishIfDone();

        assertThat(done).containsExactly("scored", "published");
        assertThat(beside.isUnderWay()).isFalse();
    }

    @Test
    void theNextPieceComesAfterTheActOfTheOneBefore() throws Exception {
        SideWork beside = new SideWork(Runnable::run);
        beside.begin(() -> named("first scored", "first published"));
        beside.begin(() -> named("second scored", "second published"));
        beside.finish();

        assertThat(done).containsExactly("first scored", "first published", "second scored", "second published");
    }

    @Test
    void whatWentWrongIsThrownWhereTheTrainerIs() throws Exception {
        SideWork beside = new SideWork(Runnable::run);
        beside.begin(() -> {
            throw new IOException("the disk is full");
        });
        assertThatThrownBy(beside::finishIfDone).isInstanceOf(IOException.class).hasMessage("the disk is full");

        beside.begin(() -> {
            throw new IllegalStateException("this model was closed");
        });
        assertThatThrownBy(beside::finish)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this model was closed");
        beside.finish(); // and is over then
    }

    @Test
    void abandonedWorkIsWaitedForAndHasNoAct() throws Exception {
        SideWork beside = new SideWork(Runnable::run);
        beside.begin(() -> named("scored", "published"));
        beside.abandon();
        beside.finish();

        assertThat(done).containsExactly("scored");
    }

    private Runnable named(String work, String act) {
        done.add(work);
        return () -> done.add(act);
    }
}
