package io.anchorstream.service.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;

/** The life of each generation as its events tell it. Thread-safe. */
public final class RefreshProgress {
    private static final int KEPT = 50;

    private final TreeMap<Long, Life> lives = new TreeMap<>();

    public synchronized void apply(GenerationEvent event) {
        Life life = lives.computeIfAbsent(event.getGeneration(), number -> new Life());
        life.modelVersion = event.getModelVersion();
        life.partitions = Math.max(life.partitions, event.getPartitions());
        switch (event.getState()) {
            case OPENED -> life.openedAt = event.getTimestamp();
            case PROGRESS -> life.progress.put(event.getPartition(), event);
            case COMPLETE -> {
                life.finished = true;
                life.openedAt = event.getOpenedTimestamp() > 0 ? event.getOpenedTimestamp() : life.openedAt;
                life.completedAt = event.getTimestamp();
                life.completeItems = event.getItems();
                life.completeEmbedded = event.getEmbedded();
                life.similarityQuantiles = List.copyOf(event.getSimilarityQuantiles());
            }
            case RETIRED -> {
                life.retired = true;
                life.finished |= event.getDone();
            }
            case UNKNOWN -> {}
        }
        while (lives.size() > KEPT) {
            lives.pollFirstEntry();
        }
    }

    /** Whether the generation was ever complete. */
    public synchronized boolean isComplete(long generation) {
        Life life = lives.get(generation);
        return life != null && life.completedAt > 0;
    }

    /** All generations known, oldest first. */
    public synchronized List<GenerationView> generations() {
        List<GenerationView> views = new ArrayList<>();
        lives.forEach((generation, life) -> views.add(life.view(generation, generation.equals(lives.lastKey()))));
        return views;
    }

    /**
     * One generation.
     *
     * @param state {@code OPENED}, {@code COMPLETE} or {@code RETIRED}
     * @param phase for people: {@code filling}, {@code complete}, {@code retired} (was complete until a later one was), or
     *     {@code superseded} (a later one was opened before it was complete)
     * @param items live items to cover; once complete, those that were live then
     * @param embedded of those, covered so far
     * @param partitionsDone partitions that have nothing left to do
     * @param openedAt ms since the epoch, 0 = not seen
     * @param parts what each partition last reported, by number
     */
    public record GenerationView(
            long generation,
            long modelVersion,
            GenerationState state,
            String phase,
            long items,
            long embedded,
            int partitions,
            int partitionsDone,
            long openedAt,
            long completedAt,
            List<Float> similarityQuantiles,
            List<PartitionView> parts) {
        /** Whether it was complete at some time. */
        @JsonIgnore
        public boolean isFinished() {
            return phase.equals("complete") || phase.equals("retired");
        }
    }

    /**
     * A partition's last report.
     *
     * @param reportedAt ms since the epoch
     */
    public record PartitionView(int partition, long items, long embedded, boolean done, long reportedAt) {}

    private static final class Life {
        private final Map<Integer, GenerationEvent> progress = new TreeMap<>();
        private long modelVersion = -1;
        private int partitions = -1;
        private long openedAt;
        private long completedAt;
        private long completeItems;
        private long completeEmbedded;
        private boolean retired;
        private boolean finished;
        private List<Float> similarityQuantiles = List.of();

        private GenerationView view(long generation, boolean newest) {
            boolean complete = completedAt > 0;
            GenerationState state =
                    retired ? GenerationState.RETIRED : complete ? GenerationState.COMPLETE : GenerationState.OPENED;
            long items = progress.values().stream()
                    .mapToLong(GenerationEvent::getItems)
                    .sum();
            long embedded = progress.values().stream()
                    .mapToLong(GenerationEvent::getEmbedded)
                    .sum();
            int done = (int)
                    progress.values().stream().filter(GenerationEvent::getDone).count();
            return new GenerationView(
                    generation,
                    modelVersion,
                    state,
                    phase(newest),
                    complete ? completeItems : items,
                    complete ? completeEmbedded : embedded,
                    partitions,
                    complete ? Math.max(partitions, 0) : done,
                    openedAt,
                    completedAt,
                    similarityQuantiles,
                    progress.values().stream()
                            .map(event -> new PartitionView(
                                    event.getPartition(),
                                    event.getItems(),
                                    event.getEmbedded(),
                                    event.getDone(),
                                    event.getTimestamp()))
                            .toList());
        }

        private String phase(boolean newest) {
            if (finished) {
                return retired ? "retired" : "complete";
            }
            return newest && !retired ? "filling" : "superseded";
        }
    }
}
