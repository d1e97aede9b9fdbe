package io.anchorstream.service.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

import io.anchorstream.avro.GenerationEvent;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds completions back until every embedding that was on the topic when they were read has been consumed: events and
 * embeddings travel on different topics, so a completion may be read first.
 */
final class CompletionWatch {
    private record Pending(GenerationEvent event, Map<TopicPartition, Long> ends) {}

    private final List<Pending> pending = new ArrayList<>();

    /**
     * @param ends of the embedding partitions when the completion was read
     */
    void completed(GenerationEvent event, Map<TopicPartition, Long> ends) {
        pending.add(new Pending(event, Map.copyOf(ends)));
    }

    /** Completions whose embeddings have all been consumed by now, in order; each is given once. */
    List<GenerationEvent> reached(ToLongFunction<TopicPartition> position) {
        List<GenerationEvent> reached = new ArrayList<>();
        pending.removeIf(one -> {
            boolean done = one.ends().entrySet().stream()
                    .allMatch(end -> position.applyAsLong(end.getKey()) >= end.getValue());
            if (done) {
                reached.add(one.event());
            }
            return done;
        });
        return reached;
    }

    boolean isWaiting() {
        return !pending.isEmpty();
    }
}
