package io.anchorstream.topology.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.alignment.Rotation;
import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.IncompatibleCheckpointException;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.StepResult;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.topology.versions.VersionHistory;
import io.anchorstream.topology.versions.WeightReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LineageTest {
    private static final TrainingConfig CONFIG =
            new TrainingConfig("fake", Map.of(), "fake", Map.of(), 2, 1, 1e-3, 0, 0, 0, 0, 0, 0, "none", 7, 1, "cpu");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    private final VersionHistory history = new VersionHistory();
    private final FakeRuntime runtime = new FakeRuntime();
    private final Map<Long, byte[]> published = new HashMap<>();
    private boolean shared;

    @Test
    void goesOnFromTheNewestCheckpoint() throws IOException {
        versions(2, "");
        assertThat(lineage(false).restore(history).version()).isEqualTo(2);
    }

    @Test
    void fallsBackToTheCheckpointBeforeADamagedOne() throws IOException {
        versions(2, "");
        Files.writeString(folder.resolve("v000002/state"), "xx");
        Lineage.Origin origin = lineage(false).restore(history);
        assertThat(origin.version()).isEqualTo(1);
        assertThat(origin.problems()).singleElement().asString().contains("version 2", "was altered");
    }

    @Test
    void fallsBackFromATruncatedAndFromAMissingOne() throws IOException {
        versions(3, "");
        Files.writeString(folder.resolve("v000003/state"), "");
        Files.delete(folder.resolve("v000002/state"));
        Lineage.Origin origin = lineage(false).restore(history);
        assertThat(origin.version()).isEqualTo(1);
        assertThat(origin.problems()).hasSize(2);
    }

    @Test
    void refusesAWholeCheckpointThatIsNotTheOneThatTheEventNames() throws IOException {
        versions(2, "");
        Path newest = folder.resolve("v000002");
        delete(newest);
        CheckpointDirectory.write(newest, content("w2", "elsewhere"));
        Lineage.Origin origin = lineage(false).restore(history);
        assertThat(origin.version()).isEqualTo(1);
        assertThat(origin.problems()).singleElement().asString().contains("the version event names");
    }

    @Test
    void takesFromTheTopicWhatIsMissingOrDamagedHere() throws IOException {
        shared = true;
        versions(2, "elsewhere-");
        assertThat(lineage(false).restore(history).version()).isEqualTo(2);
        assertThat(folder.resolve("v000002")).isDirectory();

        Files.writeString(folder.resolve("v000002/state"), "xx");
        Lineage.Origin origin = lineage(false).restore(history);
        assertThat(origin.version()).isEqualTo(2);
        assertThat(origin.problems()).singleElement().asString().contains("was altered");
    }

    @Test
    void fallsBackWhenTheTopicsCopyIsDamagedToo() throws IOException {
        shared = true;
        versions(2, "elsewhere-");
        published.put(2L, Arrays.copyOf(published.getOrDefault(2L, new byte[0]), 100));
        Lineage.Origin origin = lineage(false).restore(history);
        assertThat(origin.version()).isEqualTo(1);
        assertThat(origin.problems()).singleElement().asString().contains("truncated");
    }

    @Test
    void stopsInsteadOfDiscardingTheModelWhenASettingHasChanged() throws IOException {
        runtime.wanted = "other loss";
        versions(2, "");
        assertThatThrownBy(() -> lineage(false).restore(history))
                .isInstanceOf(IncompatibleCheckpointException.class)
                .hasMessageContainingAll("other loss", "Change the configuration back", "train.start-over=true");
        assertThat(lineage(true).restore(history).version()).isEqualTo(-1);
    }

    @Test
    void doesNotBeginAgainBesideATrainedModelWhoseCheckpointsAreElsewhere() throws IOException {
        versions(2, "elsewhere-");
        assertThatThrownBy(() -> lineage(false).restore(history))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("is missing", "train.share-checkpoints=true", "train.start-over=true");
        assertThat(lineage(true).restore(history).version()).isEqualTo(-1);
    }

    @Test
    void beginsFreelyWhereNothingWasTrainedYet() throws IOException {
        assertThat(lineage(false).restore(history).version()).isEqualTo(-1);
        versions(0, "elsewhere-");
        assertThat(lineage(false).restore(history).version()).isEqualTo(-1);
    }

    private Lineage lineage(boolean startOver) {
        return new Lineage(
                runtime, CONFIG, new CheckpointStore(folder, 3), this::packed, LineageTest::noWeights, startOver);
    }

    private static WeightReader noWeights() {
        throw new AssertionError("no weights are asked for");
    }

    private byte[] packed(ModelVersion event) throws IOException {
        byte[] bytes = published.get(event.getVersion());
        if (bytes == null) {
            throw new IOException("not on the topic");
        }
        return bytes;
    }

    private static CheckpointDirectory.Content content(String state, String where) {
        return new CheckpointDirectory.Content(
                Map.of("where", where), Map.of(), Map.of("state", state.getBytes(StandardCharsets.UTF_8)));
    }

    private static void delete(Path checkpoint) throws IOException {
        Files.delete(checkpoint.resolve("state"));
        Files.delete(checkpoint.resolve(CheckpointDirectory.MANIFEST));
        Files.delete(checkpoint);
    }

    private void versions(long last, String prefix) throws IOException {
        for (long version = 0; version <= last; version++) {
            String name = CheckpointStore.name(version);
            Path checkpoint = folder.resolve(prefix + name);
            String digest = CheckpointDirectory.write(checkpoint, content("w" + version, "here"));
            byte[] packed = CheckpointDirectory.pack(checkpoint);
            if (shared) {
                published.put(version, packed);
            }
            assertThat(history.apply(ModelVersion.newBuilder()
                            .setVersion(version)
                            .setState(VersionState.PROMOTED)
                            .setGeneration(version)
                            .setStep(version * 10)
                            .setCheckpoint(name)
                            .setCheckpointDigest(digest)
                            .setCheckpointBytes(shared ? packed.length : 0)
                            .setDimension(2)
                            .setNetwork("{}")
                            .setNetworkDigest("n")
                            .setWeightsDigest("w" + version)
                            .setWeightsBytes(1)
                            .setTimestamp(1)
                            .build()))
                    .isEmpty();
        }
    }

    /** Restores whatever is whole, unless another loss is wanted. */
    private static final class FakeRuntime implements ModelRuntime {
        private String wanted = "";

        @Override
        public Trainer newTrainer(TrainingConfig config) {
            return new FakeTrainer();
        }

        @Override
        public RestoredTrainer restore(Path checkpoint, TrainingConfig config) throws IOException {
            CheckpointDirectory.Content content = CheckpointDirectory.read(checkpoint);
            if (!wanted.isEmpty()) {
                throw new IncompatibleCheckpointException("the configuration asks for an" + wanted);
            }
            return new RestoredTrainer(new FakeTrainer(), content.position());
        }

        @Override
        public Trainer trainerFrom(ModelArtifact artifact, long step, TrainingConfig config) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ModelArtifact turned(ModelArtifact artifact, Rotation rotation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Embedder load(ModelArtifact artifact) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, String> description() {
            return Map.of();
        }
    }

    private static final class FakeTrainer implements Trainer {
        @Override
        public StepResult train(TrainingBatch batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long step() {
            return 0;
        }

        @Override
        public ModelArtifact artifact() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CheckpointDirectory.Content checkpoint(Map<String, String> position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
