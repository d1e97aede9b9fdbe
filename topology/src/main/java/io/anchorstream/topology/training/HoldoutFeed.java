package io.anchorstream.topology.training;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.topology.versions.TopicReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows {@code training.holdout} into a {@link HoldoutSet}. Polled by the training loop; not thread-safe. */
final class HoldoutFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HoldoutFeed.class);

    private final TopicReader<HoldoutItem> reader;
    private final TopicReader<LabelAlias> aliases;
    private final HoldoutSet set;
    private final Clock clock;
    private long changedAt;

    HoldoutFeed(TopicReader<HoldoutItem> reader, TopicReader<LabelAlias> aliases, HoldoutSet set, Clock clock) {
        this.reader = reader;
        this.aliases = aliases;
        this.set = set;
        this.clock = clock;
        this.changedAt = clock.millis();
    }

    /** Reads everything that is on the topic now, for at most {@code patience}. */
    void catchUp(Duration patience) {
        long deadline = clock.millis() + patience.toMillis();
        while (!(reader.caughtUp() && aliases.caughtUp()) && clock.millis() < deadline) {
            poll(Duration.ofMillis(100));
        }
    }

    void poll(Duration timeout) {
        for (TopicReader.Entry<LabelAlias> entry : aliases.poll(Duration.ZERO)) {
            try {
                entry.value()
                        .ifPresentOrElse(
                                alias -> set.merge(alias.getLabel(), alias.getSurvivor()),
                                () -> set.forget(Long.parseLong(entry.key())));
            } catch (NumberFormatException e) {
                LOG.warn("the alias of a label that is none is left out: {}", e.getMessage());
            }
        }
        List<TopicReader.Entry<HoldoutItem>> entries = reader.poll(timeout);
        for (TopicReader.Entry<HoldoutItem> entry : entries) {
            try {
                entry.value()
                        .ifPresentOrElse(item -> set.put(Batches.of(entry.key(), item)), () -> set.remove(entry.key()));
            } catch (IllegalArgumentException e) {
                LOG.warn("hold-out item {} is left out: {}", entry.key(), e.getMessage());
            }
        }
        if (set.thinned()) {
            LOG.info("so many hold-out items were deleted that those left out before are read again");
            set.refilling();
            reader.rewind();
        }
        if (!entries.isEmpty()) {
            changedAt = clock.millis();
        }
    }

    HoldoutSet set() {
        return set;
    }

    /** Whether nothing has changed for so long. */
    boolean quietFor(Duration span) {
        return clock.millis() - changedAt >= span.toMillis();
    }

    @Override
    public void close() {
        aliases.close();
        reader.close();
    }
}
