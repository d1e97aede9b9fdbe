package io.anchorstream.service.monitor;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.index.RefreshProgress.PartitionView;
import org.jspecify.annotations.Nullable;

/**
 * How a refresh goes, and what another one would cost going by the last that was completed.
 *
 * @param now ms since the epoch
 * @param newest the newest generation, null before the first
 * @param partitions of the newest generation
 * @param all partitions together; null before the first generation
 * @param waiting a promotion that is taken up once the refresh under way is complete, null = none
 * @param prediction null while no refresh was completed
 */
public record RefreshOutlook(
        long now,
        @Nullable GenerationView newest,
        List<PartitionPace> partitions,
        @Nullable Pace all,
        @Nullable Waiting waiting,
        @Nullable Prediction prediction) {

    /**
     * A partition's pace.
     *
     * @param perSecond items that got their vector of this generation a second, since it was opened
     * @param etaSeconds until all have it at that rate; null when nothing moves yet
     */
    public record PartitionPace(
            int partition,
            long items,
            long embedded,
            boolean done,
            double perSecond,
            @Nullable Double etaSeconds) {}

    /**
     * The pace of all instances together.
     *
     * @param seconds since the generation was opened, or from then until it was complete
     * @param etaSeconds until the slowest partition is done at its rate; null when one does not move yet
     */
    public record Pace(
            double perSecond, double seconds, @Nullable Double etaSeconds) {}

    /** @param generation that the embed role opens for it, or passes over for a newer one */
    public record Waiting(long version, long generation, long promotedAt) {}

    /**
     * What one more refresh would take.
     *
     * @param measuredOn the generation whose refresh was measured
     * @param items live items, each embedded once
     * @param perSecond measured from OPENED to COMPLETE, the limit of the configuration included
     * @param bytes on the embeddings' topic before compaction and replication, by the mean size of its newest records
     */
    public record Prediction(long measuredOn, long items, double perSecond, double seconds, long bytes) {}

    /** @param serving the last event of the version in service */
    static RefreshOutlook of(
            List<GenerationView> generations, Optional<ModelVersion> serving, OptionalDouble bytesPerVector, long now) {
        GenerationView newest = generations.isEmpty() ? null : generations.get(generations.size() - 1);
        List<PartitionPace> partitions = newest == null
                ? List.of()
                : newest.parts().stream().map(part -> pace(part, newest)).toList();
        return new RefreshOutlook(
                now,
                newest,
                partitions,
                newest == null ? null : together(partitions, newest, now),
                serving.filter(it -> newest != null && it.getGeneration() > newest.generation())
                        .map(it -> new Waiting(it.getVersion(), it.getGeneration(), it.getTimestamp()))
                        .orElse(null),
                predict(generations, bytesPerVector).orElse(null));
    }

    private static Pace together(List<PartitionPace> partitions, GenerationView generation, long now) {
        long until = generation.completedAt() > 0 ? generation.completedAt() : now;
        double seconds = generation.openedAt() > 0 ? Math.max(0, until - generation.openedAt()) / 1000.0 : 0;
        Double slowest = Double.valueOf(0);
        for (PartitionPace one : partitions) {
            Double eta = one.etaSeconds();
            slowest = slowest == null || eta == null ? null : Double.valueOf(Math.max(slowest, eta));
        }
        return new Pace(seconds > 0 ? generation.embedded() / seconds : 0, seconds, slowest);
    }

    private static PartitionPace pace(PartitionView part, GenerationView generation) {
        double seconds = (part.reportedAt() - generation.openedAt()) / 1000.0;
        double rate = generation.openedAt() > 0 && seconds > 0 ? part.embedded() / seconds : 0;
        Double eta = part.done() ? Double.valueOf(0) : rate > 0 ? (part.items() - part.embedded()) / rate : null;
        return new PartitionPace(part.partition(), part.items(), part.embedded(), part.done(), rate, eta);
    }

    /**
     * The first generation is left out: its items arrive while it is built, so that its time says nothing. So is a return
     * to a version whose vectors may have been kept.
     */
    private static Optional<Prediction> predict(List<GenerationView> generations, OptionalDouble bytesPerVector) {
        GenerationView measured = null;
        for (int i = 0; i < generations.size(); i++) {
            GenerationView one = generations.get(i);
            boolean timed = one.openedAt() > 0 && one.completedAt() > one.openedAt();
            if (one.generation() > 0 && timed && one.embedded() > 0 && !mayBeKept(one, generations.subList(0, i))) {
                measured = one;
            }
        }
        return Optional.ofNullable(measured).map(one -> {
            double rate = one.embedded() / ((one.completedAt() - one.openedAt()) / 1000.0);
            long items = generations.get(generations.size() - 1).items();
            long live = Math.max(items, one.items());
            return new Prediction(
                    one.generation(), live, rate, live / rate, Math.round(live * bytesPerVector.orElse(0)));
        });
    }

    /** Of each item the vectors of the last two complete generations are kept, and some of what was begun since. */
    private static boolean mayBeKept(GenerationView one, List<GenerationView> before) {
        int complete = 0;
        for (int i = before.size() - 1; i >= 0 && complete < 2; i--) {
            if (before.get(i).modelVersion() == one.modelVersion()) {
                return true;
            }
            complete += before.get(i).isFinished() ? 1 : 0;
        }
        // What is no longer known of may have been of this version, too.
        return complete < 2 && before.stream().anyMatch(other -> other.modelVersion() > one.modelVersion());
    }

    /** Whether a refresh is under way. */
    @JsonProperty
    public boolean running() {
        return newest != null && newest.completedAt() == 0;
    }
}
