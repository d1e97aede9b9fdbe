package io.anchorstream.bench.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Halts the process at one {@link CrashPoint}, as SIGKILL would. The unchanged program loads it as an interceptor of its
 * Kafka clients, so that no hook for tests is in the code under test. Kafka hands one list of interceptors to producers
 * and consumers, so it is both; only the transactional producer arms it.
 */
public final class CrashInterceptor
        implements ProducerInterceptor<Object, Object>, ConsumerInterceptor<Object, Object> {
    static final String POINT = "anchorstream.crash.point";
    static final String OCCURRENCE = "anchorstream.crash.occurrence";
    static final String DELAY_MS = "anchorstream.crash.delay.ms";
    static final String FOLDER = "anchorstream.crash.folder";

    /** What a process that was killed ends with. */
    static final int EXIT = 137;

    private static final Duration LOOK = Duration.ofNanos(500_000);

    private boolean armed;
    private CrashPoint point = CrashPoint.COMMITTED;
    private int left;
    private long delayMillis;

    @Override
    public void configure(Map<String, ?> configs) {
        Object name = configs.get(POINT);
        if (name == null || configs.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG) == null) {
            return;
        }
        armed = true;
        point = CrashPoint.valueOf(name.toString().toUpperCase(Locale.ROOT));
        left = Integer.parseInt(String.valueOf(configs.get(OCCURRENCE)));
        delayMillis = Long.parseLong(String.valueOf(configs.get(DELAY_MS)));
        if (point.isOnDisk()) {
            Path folder = Path.of(String.valueOf(configs.get(FOLDER)));
            daemon(() -> watch(folder));
        }
    }

    @Override
    public ProducerRecord<Object, Object> onSend(ProducerRecord<Object, Object> record) {
        if (armed) {
            boolean chunk = record.topic().endsWith("model.checkpoints");
            boolean event = record.topic().endsWith("model.versions");
            switch (point) {
                case CHUNKS -> haltIf(chunk, 0);
                case EVENT -> haltIf(event, 0);
                case COMMIT, COMMITTED -> haltIf(event, delayMillis);
                default -> {
                    // shows on disk
                }
            }
        }
        return record;
    }

    private void haltIf(boolean here, long afterMillis) {
        if (here && --left == 0) {
            if (afterMillis == 0) {
                halt();
            }
            daemon(() -> {
                LockSupport.parkNanos(Duration.ofMillis(afterMillis).toNanos());
                halt();
            });
        }
    }

    private void watch(Path folder) {
        Set<String> before = list(folder);
        Set<String> counted = new HashSet<>(before);
        while (true) {
            for (String name : list(folder)) {
                boolean temporary = name.endsWith(".tmp");
                boolean here =
                        switch (point) {
                            case WRITE_BEGUN -> temporary;
                            case WRITE_UNDER_WAY ->
                                temporary && !list(folder.resolve(name)).isEmpty();
                            case WRITE_FLUSHED ->
                                temporary && Files.exists(folder.resolve(name).resolve("manifest.json"));
                            default -> !temporary;
                        };
                if (here && counted.add(name) && counted.size() - before.size() >= left) {
                    halt();
                }
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private static Set<String> list(Path folder) {
        String[] names = folder.toFile().list();
        return names == null ? Set.of() : Set.of(names);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "crash-point");
        thread.setDaemon(true);
        thread.start();
    }

    private static void halt() {
        Runtime.getRuntime().halt(EXIT);
    }

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

    @Override
    public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
}
