package io.anchorstream.service.deadletter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Sends dead letters to where they came from, for another try, such as after a fix. */
public final class Replay {
    private final Consumer<byte[], byte[]> sources;
    private final Producer<byte[], byte[]> producer;

    /**
     * @param sources reads the topics the letters came from
     * @param producer idempotent, acknowledged by all replicas
     */
    public Replay(Consumer<byte[], byte[]> sources, Producer<byte[], byte[]> producer) {
        this.sources = sources;
        this.producer = producer;
    }

    /**
     * What became of one letter.
     *
     * @param skipped why it was not sent, empty when it was
     */
    public record Outcome(DeadLetter letter, Optional<String> skipped) {}

    /**
     * Sends each letter once and waits for the last acknowledgement.
     *
     * @param overwrite also letters whose key has been written again since
     * @param dryRun only says what would be done
     */
    public List<Outcome> run(Collection<DeadLetter> letters, boolean overwrite, boolean dryRun) {
        Set<String> outdated = overwrite ? Set.of() : new NewerRecords(sources).outdated(letters);
        List<Outcome> outcomes = new ArrayList<>();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (DeadLetter letter : letters) {
            Optional<String> skipped = letter.source().isEmpty()
                    ? Optional.of("its headers do not say where it came from")
                    : outdated.contains(letter.id())
                            ? Optional.of("its key has been written again since; --overwrite sends it all the same")
                            : Optional.empty();
            if (skipped.isEmpty() && !dryRun) {
                sent.add(producer.send(letter.original()));
            }
            outcomes.add(new Outcome(letter, skipped));
        }
        producer.flush();
        for (Future<RecordMetadata> one : sent) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new KafkaException("the broker did not take a record", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KafkaException("interrupted while sending", e);
            }
        }
        return outcomes;
    }
}
