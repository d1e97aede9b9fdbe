package io.anchorstream.topology.versions;

import java.util.List;
import java.util.Random;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class VersionHistoryTest {
    private final VersionHistory history = new VersionHistory();
    private final CommandDesk desk = new CommandDesk();

    @Test
    void servesThePromotionWithTheHighestGeneration() {
        apply(
                event(0, VersionState.PROMOTED, 0),
                event(1, VersionState.TRAINED, -1),
                event(2, VersionState.REJECTED, -1));
        assertThat(history.serving()).map(ModelVersion::getVersion).contains(0L);
        apply(event(1, VersionState.PROMOTED, 1));
        assertThat(history.serving()).map(ModelVersion::getVersion).contains(1L);
        assertThat(history.beforeServing()).map(ModelVersion::getVersion).contains(0L);
        assertThat(history.nextVersion()).isEqualTo(3);
        assertThat(history.nextGeneration()).isEqualTo(2);
    }

    @Test
    void refusesIllegalMovesAndSaysWhy() {
        apply(event(0, VersionState.PROMOTED, 0), event(1, VersionState.RETIRED, -1));
        assertThat(history.apply(event(1, VersionState.PROMOTED, 5)))
                .hasValueSatisfying(why -> assertThat(why).contains("RETIRED and cannot become PROMOTED"));
        assertThat(history.apply(event(0, VersionState.REJECTED, -1)))
                .hasValueSatisfying(why -> assertThat(why).contains("PROMOTED and cannot become REJECTED"));
        assertThat(history.apply(event(2, VersionState.PROMOTED, 0)))
                .hasValueSatisfying(why -> assertThat(why).contains("generations only grow"));
    }

    @Test
    void refusesOtherWeightsForAKnownVersion() {
        apply(event(0, VersionState.PROMOTED, 0));
        ModelVersion forged = event(0, VersionState.PROMOTED, 0);
        forged.setWeightsDigest("other");
        assertThat(history.apply(forged))
                .hasValueSatisfying(why -> assertThat(why).contains("immutable"));
    }

    @Test
    void aRollbackPinsTheVersionItReturnsTo() {
        apply(event(0, VersionState.PROMOTED, 0), event(1, VersionState.PROMOTED, 1));
        CommandDesk.Answer answer = answer(CommandType.ROLLBACK, null);
        assertThat(answer.accepted()).isTrue();
        assertThat(history.serving()).map(ModelVersion::getVersion).contains(0L);
        assertThat(history.pinned()).isTrue();
        assertThat(history.version(1)).map(ModelVersion::getState).contains(VersionState.ROLLED_BACK);
        answer(CommandType.UNPIN, null);
        assertThat(history.pinned()).isFalse();
    }

    @Test
    void answersARefusedCommandWithoutChangingAnything() {
        apply(event(0, VersionState.PROMOTED, 0));
        CommandDesk.Answer answer = answer(CommandType.PROMOTE, 9L);
        assertThat(answer.accepted()).isFalse();
        assertThat(answer.answer()).isEqualTo("PROMOTE refused: version 9 is not known");
        assertThat(answer.events()).singleElement().satisfies(event -> {
            assertThat(event.getVersion()).isZero();
            assertThat(event.getGeneration()).isZero();
            assertThat(event.getCommandOffset()).isEqualTo(1);
        });
    }

    @Test
    void neverRetiresWhatIsServedComparedWithOrNew() {
        for (int v = 0; v < 12; v++) {
            ModelVersion event =
                    event(v, v % 3 == 0 ? VersionState.PROMOTED : VersionState.REJECTED, v % 3 == 0 ? v : -1);
            event.setParent(v % 3 == 0 ? v - 3 : -1);
            apply(event);
        }
        assertThat(history.retirable(2))
                .extracting(ModelVersion::getVersion)
                .containsExactly(1L, 2L, 3L, 4L, 5L, 7L, 8L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whateverIsCommandedOneVersionServesAndGenerationsGrow(long seed) {
        Random random = new Random(seed);
        apply(event(0, VersionState.PROMOTED, 0));
        CommandType[] types = CommandType.values();
        for (int i = 0; i < 200; i++) {
            long generation = history.nextGeneration();
            long served = history.serving().orElseThrow().getVersion();
            if (random.nextInt(3) == 0) {
                VersionState state = random.nextBoolean() ? VersionState.TRAINED : VersionState.REJECTED;
                apply(event(history.nextVersion(), state, -1));
            } else {
                Long version = random.nextInt(4) == 0 ? null : (long) random.nextInt((int) history.nextVersion() + 1);
                answer(types[random.nextInt(types.length)], version);
            }
            boolean changed = history.serving().orElseThrow().getVersion() != served;
            assertThat(history.nextGeneration()).isEqualTo(changed ? generation + 1 : generation);
        }
    }

    private CommandDesk.Answer answer(CommandType type, @Nullable Long version) {
        ModelCommand command = ModelCommand.newBuilder()
                .setId("c")
                .setCommand(type)
                .setVersion(version)
                .build();
        CommandDesk.Answer answer = desk.answer(history, command, history.commandOffset() + 1, 5);
        answer.events().forEach(this::apply);
        return answer;
    }

    private void apply(ModelVersion... events) {
        for (ModelVersion event : List.of(events)) {
            assertThat(history.apply(event)).isEmpty();
        }
    }

    private static ModelVersion event(long version, VersionState state, long generation) {
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setState(state)
                .setGeneration(generation)
                .setDimension(2)
                .setNetwork("{}")
                .setNetworkDigest("n")
                .setWeightsDigest("w" + version)
                .setWeightsBytes(1)
                .setTimestamp(1)
                .build();
    }
}
