package io.anchorstream.topology.versions;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private long position;
    private final CommandDesk desk = new CommandDesk(true);

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
        assertThat(history.serving()).map(ModelVersion::getOrdered).contains(true);
        assertThat(history.version(1)).map(ModelVersion::getState).contains(VersionState.ROLLED_BACK);
        answer(CommandType.UNPIN, null);
        assertThat(history.pinned()).isFalse();
    }

    @Test
    void whatTheGateSaidOutlastsTheCommands() {
        ModelVersion judged = event(1, VersionState.PROMOTED, 1);
        judged.setReason("It is better.");
        apply(event(0, VersionState.PROMOTED, 0), judged);
        answer(CommandType.ROLLBACK, null);
        answer(CommandType.PROMOTE, 1L);
        assertThat(history.version(1)).hasValueSatisfying(event -> {
            assertThat(event.getReason()).contains("by order of");
            assertThat(event.getGateReason()).isEqualTo("It is better.");
        });
    }

    @Test
    void aRollbackLeavesBehindWhatWasTrainedSinceTheVersionItReturnsTo() {
        apply(event(0, VersionState.PROMOTED, 0), event(1, VersionState.PROMOTED, 1));
        apply(event(2, VersionState.PROMOTED, 2), event(3, VersionState.REJECTED, -1));
        position = 44;
        answer(CommandType.ROLLBACK, 1L);
        assertThat(lineage()).containsExactly(1L, 0L);
        assertThat(history.trainingPosition()).containsEntry("batches-0", 44L);
        assertThat(history.checkpointsNeeded()).contains(1L, 3L);
        ModelVersion next = event(4, VersionState.TRAINED, -1);
        next.setOffsets(Map.of("batches-0", 50L));
        apply(next);
        assertThat(lineage()).containsExactly(4L, 1L, 0L);
        assertThat(history.trainingPosition()).containsEntry("batches-0", 50L);
        assertThat(history.retirable(1)).extracting(ModelVersion::getVersion).containsExactly(2L, 3L);
        answer(CommandType.ROLLBACK, 2L);
        assertThat(lineage()).containsExactly(2L, 1L, 0L);
    }

    @Test
    void aPromotionByHandLeavesTrainingAsItIs() {
        apply(
                event(0, VersionState.PROMOTED, 0),
                event(1, VersionState.REJECTED, -1),
                event(2, VersionState.TRAINED, -1));
        assertThat(answer(CommandType.PROMOTE, 1L).accepted()).isTrue();
        assertThat(lineage()).containsExactly(2L, 1L, 0L);
    }

    @Test
    void forgetsRetiredVersionsButNotHowFarCommandsWereAnswered() {
        apply(event(0, VersionState.PROMOTED, 0), event(1, VersionState.TRAINED, -1));
        for (long v = 2; v <= 9; v++) {
            apply(event(v, VersionState.REJECTED, -1));
        }
        answer(CommandType.REJECT, 1L);
        long answered = history.commandOffset();
        for (long v = 1; v <= 8; v++) {
            ModelVersion retired = Events.copy(history.version(v).orElseThrow(), new ModelVersion());
            retired.setState(VersionState.RETIRED);
            apply(retired);
        }

        assertThat(history.forgettable(3)).containsExactly(5L, 4L, 3L, 2L);
        history.forgettable(3)
                .forEach(version -> assertThat(history.forget(version)).isEmpty());
        VersionHistory fresh = new VersionHistory();
        history.versions().forEach(fresh::apply);
        assertThat(fresh.commandOffset()).isEqualTo(answered).isPositive();
        assertThat(fresh.nextVersion()).isEqualTo(10);
        assertThat(fresh.apply("0", Optional.empty())).isPresent();
        assertThat(fresh.apply("8", Optional.empty())).isEmpty();
        assertThat(fresh.apply("no version", Optional.empty())).isEmpty();
        assertThat(fresh.versions()).extracting(ModelVersion::getVersion).containsExactly(0L, 1L, 6L, 7L, 9L);
    }

    @Test
    void theVersionInServiceLeavesItByAnothersPromotionOnly() {
        apply(event(0, VersionState.PROMOTED, 0), event(1, VersionState.PROMOTED, 1));
        assertThat(history.apply(event(1, VersionState.ROLLED_BACK, -1)))
                .hasValueSatisfying(why -> assertThat(why).contains("in service", "promote another one first"));
        assertThat(history.apply(event(1, VersionState.RETIRED, -1))).isPresent();
        assertThat(history.apply(event(0, VersionState.ROLLED_BACK, -1))).isEmpty();
    }

    private List<Long> lineage() {
        return history.lineage().stream()
                .map(ancestor -> ancestor.version().getVersion())
                .toList();
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
    void aPromotionOfTheVersionInServiceHasItEmbeddedForAtOnceAndPinsNothing() {
        apply(event(0, VersionState.PROMOTED, 0), event(1, VersionState.PROMOTED, 1));
        assertThat(answer(CommandType.PROMOTE, 1L).accepted()).isTrue();
        assertThat(history.serving()).hasValueSatisfying(serving -> {
            assertThat(serving.getVersion()).isEqualTo(1);
            assertThat(serving.getGeneration()).isEqualTo(1);
            assertThat(serving.getOrdered()).isTrue();
            assertThat(serving.getPinned()).isFalse();
        });
        assertThat(answer(CommandType.PROMOTE, 1L).answer()).contains("in service already");
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
    void whateverIsCommandedOrForgedOneVersionServesAndEveryMoveIsOfTheTable(long seed) {
        Random random = new Random(seed);
        apply(event(0, VersionState.PROMOTED, 0));
        List<ModelVersion> log = new ArrayList<>(history.versions());
        CommandType[] types = CommandType.values();
        for (int i = 0; i < 300; i++) {
            long generation = history.nextGeneration();
            long served = history.serving().orElseThrow().getVersion();
            switch (random.nextInt(4)) {
                case 0 -> {
                    VersionState state = random.nextBoolean() ? VersionState.TRAINED : VersionState.REJECTED;
                    ModelVersion grown = event(history.nextVersion(), state, -1);
                    apply(grown);
                    log.add(grown);
                }
                case 1 -> log.addAll(forge(random));
                default -> {
                    Long version =
                            random.nextInt(4) == 0 ? null : (long) random.nextInt((int) history.nextVersion() + 1);
                    position++;
                    log.addAll(
                            answer(types[random.nextInt(types.length)], version).events());
                }
            }
            boolean changed = history.serving().orElseThrow().getVersion() != served;
            assertThat(history.nextGeneration()).isGreaterThanOrEqualTo(changed ? generation + 1 : generation);
            assertThat(history.serving().orElseThrow().getState()).isEqualTo(VersionState.PROMOTED);
            assertThat(history.lineage()).isNotEmpty();
            assertThat(history.retirable(3))
                    .doesNotContain(
                            history.serving().orElseThrow(),
                            history.lineage().get(0).version());
        }
        assertThat(replayed(log)).isEqualTo(List.copyOf(history.versions()));
    }

    /** Any event at all: taken in only where the table allows it. */
    private List<ModelVersion> forge(Random random) {
        VersionState[] states = VersionState.values();
        ModelVersion forged = event(
                random.nextInt((int) history.nextVersion()),
                states[random.nextInt(states.length)],
                history.nextGeneration() - random.nextInt(3));
        Optional<ModelVersion> before = history.version(forged.getVersion());
        boolean legal = before.isEmpty() || VersionLife.allows(before.get().getState(), forged.getState());
        if (history.apply(forged).isPresent()) {
            assertThat(history.version(forged.getVersion())).isEqualTo(before);
            return List.of();
        }
        assertThat(legal).isTrue();
        return List.of(forged);
    }

    private static List<ModelVersion> replayed(List<ModelVersion> log) {
        VersionHistory again = new VersionHistory();
        log.forEach(again::apply);
        return List.copyOf(again.versions());
    }

    private CommandDesk.Answer answer(CommandType type, @Nullable Long version) {
        ModelCommand command = ModelCommand.newBuilder()
                .setId("c")
                .setCommand(type)
                .setVersion(version)
                .build();
        CommandDesk.Answer answer =
                desk.answer(history, command, Map.of("batches-0", position), history.commandOffset() + 1, 5);
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
