package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.topology.versions.Events;
import io.anchorstream.topology.versions.VersionHistory;
import org.apache.kafka.common.TopicPartition;

/**
 * A version as it was cut, until it is committed or lost; training goes on from it meanwhile.
 *
 * @param parent the version it grew from, -1 for none
 * @param step of the trainer
 * @param learned its weights, before they are turned onto the space in service
 * @param offsets of the first batches that it has not seen
 */
record Candidate(long version, long parent, long step, ModelArtifact learned, Map<TopicPartition, Long> offsets) {

    /**
     * Its checkpoint.
     *
     * @param digest SHA-256 of the manifest
     * @param packed what other machines are given; empty when it is not shared
     */
    record Written(String digest, Optional<byte[]> packed) {}

    /**
     * The events that announce it: TRAINED, then PROMOTED or REJECTED unless it is held back.
     *
     * @param served the weights that are published
     * @param shadow the gate only reports
     */
    List<ModelVersion> events(
            Jury.Verdict verdict,
            ModelArtifact served,
            Written checkpoint,
            VersionHistory history,
            boolean shadow,
            String preprocessing,
            Map<String, String> provenance,
            long now) {
        boolean first = history.serving().isEmpty();
        boolean passed = verdict.decision().promote();
        boolean held = !first && passed && (history.pinned() || shadow);
        ModelVersion trained = ModelVersion.newBuilder()
                .setVersion(version)
                .setState(VersionState.TRAINED)
                .setParent(parent)
                .setComparedWith(history.serving().map(ModelVersion::getVersion).orElse(-1L))
                .setStep(step)
                .setDimension(served.dimension())
                .setNetwork(served.network())
                .setNetworkDigest(served.networkDigest())
                .setWeightsDigest(served.weightsDigest())
                .setLearnedDigest(learned.weightsDigest())
                .setWeightsBytes(served.weights().length)
                .setCheckpoint(CheckpointStore.name(version))
                .setCheckpointDigest(checkpoint.digest())
                .setCheckpointBytes(
                        checkpoint.packed().map(packed -> packed.length).orElse(0))
                .setPreprocessing(preprocessing)
                .setOffsets(Lineage.byName(offsets))
                .setMetrics(verdict.metrics())
                .setReference(verdict.reference())
                .setBaselines(verdict.baselines())
                .setCompatibility(verdict.compatibility())
                .setReason(reason(verdict.decision(), history.pinned(), shadow))
                .setProvenance(provenance)
                .setTimestamp(now)
                .build();
        if (held) {
            return List.of(trained);
        }
        ModelVersion outcome = Events.copy(trained, new ModelVersion());
        if (passed || first) {
            outcome.setState(VersionState.PROMOTED);
            outcome.setGeneration(history.nextGeneration());
            outcome.setPaused(history.paused());
        } else {
            outcome.setState(VersionState.REJECTED);
        }
        return List.of(trained, outcome);
    }

    private static String reason(PromotionGate.Decision decision, boolean pinned, boolean shadow) {
        if (!decision.promote() || !(pinned || shadow)) {
            return decision.reason();
        }
        return (pinned ? "Held back, another version is pinned. " : "Held back, the gate only reports. ")
                + decision.reason();
    }

    /** The folders of checkpoints that must not go: its own and those that the history needs. */
    Set<String> checkpointsNeeded(VersionHistory history) {
        Set<String> names = new TreeSet<>(Set.of(CheckpointStore.name(version)));
        history.checkpointsNeeded().forEach(needed -> names.add(CheckpointStore.name(needed)));
        return names;
    }
}
