package io.anchorstream.topology.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.IncompatibleCheckpointException;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.StepResult;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.topology.versions.VersionHistory;
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

    @Test
    void goesOnFromTheNewestCheckpoint() throws IOException {
        versions(2, "");
        assertThat(lineage(false).restore(history).version()).isEqualTo(2);
    }

    @Test
    void fallsBackToTheCheckpointBeforeADamagedOne() throws IOException {
        versions(2, "");
        Files.writeString(folder.resolve("v000002/state"), "damaged");
        Lineage.Origin origin = lineage(false).restore(history);
        assertThat(origin.version()).isEqualTo(1);
        assertThat(origin.problems()).singleElement().asString().contains("version 2", "damaged");
    }

    @Test
    void stopsInsteadOfDiscardingTheModelWhenASettingHasChanged() throws IOException {
        versions(2, "");
        Files.writeString(folder.resolve("v000002/state"), "other loss");
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
                .hasMessageContainingAll("is missing", "storage that all trainers share", "train.start-over=true");
        assertThat(lineage(true).restore(history).version()).isEqualTo(-1);
    }

    @Test
    void beginsFreelyWhereNothingWasTrainedYet() throws IOException {
        assertThat(lineage(false).restore(history).version()).isEqualTo(-1);
        versions(0, "elsewhere-");
        assertThat(lineage(false).restore(history).version()).isEqualTo(-1);
    }

    private Lineage lineage(boolean startOver) {
        return new Lineage(runtime, CONFIG, new CheckpointStore(folder, 3), startOver);
    }

    private void versions(long last, String prefix) throws IOException {
        for (long version = 0; version <= last; version++) {
            String name = CheckpointStore.name(version);
            Path checkpoint = Files.createDirectory(folder.resolve(prefix + name));
            Files.writeString(checkpoint.resolve("state"), "w" + version);
            assertThat(history.apply(ModelVersion.newBuilder()
                            .setVersion(version)
                            .setState(VersionState.PROMOTED)
                            .setGeneration(version)
                            .setStep(version * 10)
                            .setCheckpoint(name)
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

    /** Checkpoints are one file that holds the digest of the weights, or what is wrong. */
    private static final class FakeRuntime implements ModelRuntime {
        @Override
        public Trainer newTrainer(TrainingConfig config) {
            return new FakeTrainer();
        }

        @Override
        public RestoredTrainer restore(Path checkpoint, TrainingConfig config) throws IOException {
            String state = Files.readString(checkpoint.resolve("state"));
            if (state.equals("damaged")) {
                throw new IOException("damaged");
            }
            if (state.startsWith("other")) {
                throw new IncompatibleCheckpointException("the checkpoint was made with an" + state);
            }
            return new RestoredTrainer(new FakeTrainer(), Map.of("weights.sha256", state));
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
        public String saveCheckpoint(Path directory, Map<String, String> position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
