package io.anchorstream.bench.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.topology.versions.TopicReader;

/** Every committed event of {@code model.versions}, in the order of the log. */
final class VersionWatch implements AutoCloseable {
    private final TopicReader<ModelVersion> reader;
    private final List<ModelVersion> events = new ArrayList<>();
    private long newest = -1;

    VersionWatch(Cluster cluster) {
        reader = new TopicReader<>(
                cluster.reader(),
                cluster.topics().modelVersions().name(),
                cluster.serde(ModelVersion.class).deserializer());
    }

    /** Reads on; returns the newest trained version, -1 before the first. */
    long poll(Duration timeout) {
        for (TopicReader.Entry<ModelVersion> entry : reader.poll(timeout)) {
            entry.value().ifPresent(event -> {
                events.add(event);
                newest = Math.max(newest, event.getVersion());
            });
        }
        return newest;
    }

    /** Waits for a version; false when it has not come in time. */
    boolean await(long version, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (poll(Duration.ofMillis(100)) < version) {
            if (System.nanoTime() > deadline) {
                return false;
            }
        }
        return true;
    }

    List<ModelVersion> events() {
        return List.copyOf(events);
    }

    List<ModelVersion> trained() {
        return events.stream()
                .filter(event -> event.getState() == VersionState.TRAINED)
                .toList();
    }

    Optional<ModelVersion> last() {
        return events.isEmpty() ? Optional.empty() : Optional.of(events.get(events.size() - 1));
    }

    @Override
    public void close() {
        reader.close();
    }
}
