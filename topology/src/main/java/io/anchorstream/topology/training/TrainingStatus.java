package io.anchorstream.topology.training;

/**
 * What the training loop is doing, for probes and metrics.
 *
 * @param step of the present weights
 * @param steps taken by this process
 * @param skippedSteps of those, steps that taught nothing
 * @param unreadable batches that could not be read
 * @param stepSeconds time in {@code train}, of this process
 * @param scoringSeconds time in scores on the hold-out, of this process
 * @param publicationSeconds time in checkpoints and transactions, of this process
 * @param serving version in service, -1 = none
 * @param newest version trained last, -1 = none
 * @param note what happened last that an operator should know, e.g. a fall-back to an older checkpoint
 */
public record TrainingStatus(
        Phase phase,
        long step,
        long steps,
        long skippedSteps,
        long unreadable,
        long images,
        double stepSeconds,
        double scoringSeconds,
        double publicationSeconds,
        long serving,
        long generation,
        long newest,
        int holdoutItems,
        String note) {

    /** What the loop is at. */
    public enum Phase {
        /** Another trainer is active, or the group is still forming. */
        STANDBY,
        /** Reading versions and the checkpoint. */
        RESTORING,
        TRAINING,
        /** By command. */
        PAUSED,
        /** The last attempt failed; another follows. */
        FAILED,
        CLOSED
    }

    static final TrainingStatus INITIAL = new TrainingStatus(Phase.STANDBY, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, 0, "");

    TrainingStatus in(Phase next, String why) {
        return new TrainingStatus(
                next,
                step,
                steps,
                skippedSteps,
                unreadable,
                images,
                stepSeconds,
                scoringSeconds,
                publicationSeconds,
                serving,
                generation,
                newest,
                holdoutItems,
                why);
    }
}
