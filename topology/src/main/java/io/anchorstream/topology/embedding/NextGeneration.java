package io.anchorstream.topology.embedding;

import java.util.Optional;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.topology.versions.ModelSource;
import io.anchorstream.topology.versions.ModelSource.Promotion;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/**
 * Says which generation a partition builds next. A refresh that runs is finished before the newest promotion is taken up,
 * and those in between are passed over: were it dropped for every newer one, promotions that follow each other faster than
 * a refresh would leave no generation complete. An operator's order does not wait.
 */
final class NextGeneration {
    private final ModelSource models;
    private final ReadOnlyKeyValueStore<String, ValueAndTimestamp<GenerationEvent>> generations;

    /** @param generations what {@code catalog.generations} says, of all partitions */
    NextGeneration(ModelSource models, ReadOnlyKeyValueStore<String, ValueAndTimestamp<GenerationEvent>> generations) {
        this.models = models;
        this.generations = generations;
    }

    /** What to build instead of {@code building}, or instead of nothing; empty when that stays as it is. */
    Optional<Promotion> after(Optional<Promotion> building) {
        long now = building.map(Promotion::generation).orElse(-1L);
        Optional<Promotion> ordered = models.ordered().filter(it -> it.generation() > now);
        if (ordered.isPresent()) {
            return ordered;
        }
        Optional<Promotion> promoted = models.promoted().filter(it -> it.generation() > now);
        // All partitions build the same generation, or none would ever be complete.
        Optional<Promotion> begun = promoted.flatMap(newest -> newestBegun(newest.generation(), now));
        if (begun.isPresent()) {
            return begun.filter(it -> !isGone(it)).or(() -> promoted);
        }
        boolean free = building.map(it -> isComplete(it) || isGone(it)).orElse(true);
        return promoted.filter(it -> free);
    }

    private Optional<Promotion> newestBegun(long newest, long after) {
        for (long generation = newest; generation > after; generation--) {
            Optional<GenerationEvent> event = event(generation);
            if (event.isPresent() && event.get().getState() != GenerationState.RETIRED) {
                return Optional.of(new Promotion(event.get().getModelVersion(), generation));
            }
        }
        return Optional.empty();
    }

    boolean isComplete(Promotion promotion) {
        return event(promotion.generation())
                .filter(event -> event.getState() == GenerationState.COMPLETE)
                .isPresent();
    }

    /** Whether the model is not there and will not come. */
    private boolean isGone(Promotion promotion) {
        return models.isGone(promotion.version())
                && models.embedder(promotion.version()).isEmpty();
    }

    private Optional<GenerationEvent> event(long generation) {
        return Optional.ofNullable(generations.get(Long.toString(generation))).map(ValueAndTimestamp::value);
    }
}
