package io.anchorstream.service.monitor;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.index.RefreshProgress.PartitionView;
import org.jspecify.annotations.Nullable;

/**
 * How a refresh goes, and what another one would cost going by the last that was completed.
 *
 * @param now ms since the epoch
 * @param newest the newest generation, null before the first
 * @param partitions of the newest generation
 * @param prediction null while no refresh was completed
 */
public record RefreshOutlook(
        long now,
        @Nullable GenerationView newest,
        List<PartitionPace> partitions,
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
     * What one more refresh would take.
     *
     * @param measuredOn the generation whose refresh was measured
     * @param items live items, each embedded once
     * @param perSecond measured from OPENED to COMPLETE, the limit of the configuration included
     * @param bytes on the embeddings' topic before compaction and replication, by the mean size of its newest records
     */
    public record Prediction(long measuredOn, long items, double perSecond, double seconds, long bytes) {}

    static RefreshOutlook of(List<GenerationView> generations, OptionalDouble bytesPerVector, long now) {
        GenerationView newest = generations.isEmpty() ? null : generations.get(generations.size() - 1);
        List<PartitionPace> partitions = newest == null
                ? List.of()
                : newest.parts().stream().map(part -> pace(part, newest)).toList();
        return new RefreshOutlook(
                now, newest, partitions, predict(generations, bytesPerVector).orElse(null));
    }

    private static PartitionPace pace(PartitionView part, GenerationView generation) {
        double seconds = (part.reportedAt() - generation.openedAt()) / 1000.0;
        double rate = generation.openedAt() > 0 && seconds > 0 ? part.embedded() / seconds : 0;
        Double eta = part.done() ? Double.valueOf(0) : rate > 0 ? (part.items() - part.embedded()) / rate : null;
        return new PartitionPace(part.partition(), part.items(), part.embedded(), part.done(), rate, eta);
    }

    /** The first generation is left out: its items arrive while it is built, so that its time says nothing. */
    private static Optional<Prediction> predict(List<GenerationView> generations, OptionalDouble bytesPerVector) {
        return generations.stream()
                .filter(one -> one.generation() > 0 && one.openedAt() > 0 && one.completedAt() > one.openedAt())
                .filter(one -> one.embedded() > 0)
                .reduce((before, after) -> after)
                .map(one -> {
                    double rate = one.embedded() / ((one.completedAt() - one.openedAt()) / 1000.0);
                    long items = generations.get(generations.size() - 1).items();
                    long live = Math.max(items, one.items());
                    return new Prediction(
                            one.generation(), live, rate, live / rate, Math.round(live * bytesPerVector.orElse(0)));
                });
    }

    /** Whether a refresh is under way. */
    @JsonProperty
    public boolean running() {
        return newest != null && newest.completedAt() == 0;
    }
}
