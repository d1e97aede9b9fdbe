package io.anchorstream.topology.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.anchorstream.model.training.TrainingConfig;

/**
 * How the training loop runs.
 *
 * @param model what to learn with
 * @param stepsPerVersion steps from one version to the next; counted, not timed, so that a replay cuts the same versions
 * @param checkpoints local directory of the checkpoints
 * @param startOver whether a new model may begin where the checkpoints fit no more or are gone
 * @param shareCheckpoints whether checkpoints travel to the standbys on {@code model.checkpoints}
 * @param keepCheckpoints newest checkpoints to keep, {@code >= 3}
 * @param keepVersions newest versions whose weights stay on the topic
 * @param holdoutItems most hold-out items held in memory and scored
 * @param holdoutGrowth share by which the hold-out must change before the version in service is scored again
 * @param holdoutQuiet how long the hold-out must have been quiet for a score outside a version's publication
 * @param rescoreEvery least time between two scores of the version in service while the hold-out keeps growing
 * @param rollbackPins whether a rollback holds until an UNPIN; else a later version that passes the gate ends it
 * @param queue batches polled and decoded ahead of the step
 * @param preprocessing digest of the decoding and resizing settings, recorded with each version
 * @param provenance code version, config digest and the like, recorded with each version
 */
public record TrainingSettings(
        TrainingConfig model,
        int stepsPerVersion,
        Path checkpoints,
        boolean startOver,
        boolean shareCheckpoints,
        int keepCheckpoints,
        int keepVersions,
        int holdoutItems,
        double holdoutGrowth,
        Duration holdoutQuiet,
        Duration rescoreEvery,
        GateSettings gate,
        boolean rollbackPins,
        int queue,
        String preprocessing,
        Map<String, String> provenance) {
    public TrainingSettings {
        provenance = Map.copyOf(provenance);
        if (stepsPerVersion < 1) {
            throw new IllegalArgumentException("a version takes at least one step, not " + stepsPerVersion);
        }
        if (keepCheckpoints < 3) {
            throw new IllegalArgumentException("keep at least 3 checkpoints to fall back on, not " + keepCheckpoints);
        }
    }

    /** A version every 100 steps, five versions kept, 2,000 hold-out items. */
    public static TrainingSettings defaults(TrainingConfig model, Path checkpoints) {
        return new TrainingSettings(
                model,
                100,
                checkpoints,
                false,
                true,
                3,
                5,
                2000,
                0.2,
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                GateSettings.defaults(),
                true,
                3,
                "",
                Map.of());
    }

    public TrainingSettings withStepsPerVersion(int steps) {
        return with(steps, shareCheckpoints);
    }

    public TrainingSettings withShareCheckpoints(boolean share) {
        return with(stepsPerVersion, share);
    }

    private TrainingSettings with(int steps, boolean share) {
        return new TrainingSettings(
                model,
                steps,
                checkpoints,
                startOver,
                share,
                keepCheckpoints,
                keepVersions,
                holdoutItems,
                holdoutGrowth,
                holdoutQuiet,
                rescoreEvery,
                gate,
                rollbackPins,
                queue,
                preprocessing,
                provenance);
    }
}
