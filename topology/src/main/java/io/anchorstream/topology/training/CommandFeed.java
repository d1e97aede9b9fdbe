package io.anchorstream.topology.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.anchorstream.avro.ModelCommand;
import io.anchorstream.topology.versions.TopicReader;

/**
 * Follows {@code model.commands}. A command that was answered before, by offset or by id, does not come again. Polled by
 * the training loop; not thread-safe.
 */
final class CommandFeed implements AutoCloseable {
    /** An id comes again within a producer's retries, not ten thousand commands later. */
    private static final int REMEMBERED = 10_000;

    private final TopicReader<ModelCommand> reader;
    private final long answeredBefore;
    private final Set<String> ids = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    /** @param answeredBefore commands before this offset were answered by an earlier session */
    CommandFeed(TopicReader<ModelCommand> reader, long answeredBefore) {
        this.reader = reader;
        this.answeredBefore = answeredBefore;
    }

    /**
     * A command to answer.
     *
     * @param next offset behind it
     */
    record Order(ModelCommand command, long next) {}

    List<Order> poll() {
        List<Order> orders = new ArrayList<>();
        for (TopicReader.Entry<ModelCommand> entry : reader.poll(Duration.ZERO)) {
            entry.value().ifPresent(command -> {
                boolean isNew = ids.add(command.getId());
                if (isNew && entry.offset() >= answeredBefore) {
                    orders.add(new Order(command, entry.offset() + 1));
                }
            });
        }
        return orders;
    }

    @Override
    public void close() {
        reader.close();
    }
}
