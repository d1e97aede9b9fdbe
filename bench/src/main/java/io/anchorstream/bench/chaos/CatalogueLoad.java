package io.anchorstream.bench.chaos;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.service.run.Cluster;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A seeded stream of new items, changes, deletions and pictures that nobody can decode, and a note of where each record
 * went: the input from which everything that must come out can be computed again. Owned by one thread.
 */
final class CatalogueLoad implements AutoCloseable {
    private static final int SIZE = 32;
    private static final List<String> THINGS = List.of("chair", "lamp", "table", "sofa", "mirror", "shelf", "clock");
    private static final List<String> COLOURS = List.of("red", "green", "blue", "white", "black");

    private final Random random;
    private final String topic;
    private final Producer<String, CatalogItem> producer;
    private final List<String> living = new ArrayList<>();
    private final ConcurrentLinkedQueue<Written> written = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
    private int number;

    /** What a record is. */
    enum Kind {
        ITEM,
        DELETION,
        UNREADABLE
    }

    /** A record on {@code catalog.items}. */
    record Written(String id, Kind kind, int partition, long offset, long timestamp) {}

    CatalogueLoad(Cluster cluster, long seed) {
        random = new Random(seed);
        topic = cluster.topics().catalogItems().name();
        Map<String, Object> config = new HashMap<>(cluster.clientConfig());
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        producer = new KafkaProducer<>(
                config, new StringSerializer(), cluster.serde(CatalogItem.class).serializer());
    }

    /** Writes one record at random. */
    void write() {
        int dice = random.nextInt(100);
        if (dice < 5) {
            send("unreadable-" + number++, Kind.UNREADABLE, item(new byte[] {1, 2, 3, 4}));
        } else if (dice < 15 && living.size() > 10) {
            send(living.remove(random.nextInt(living.size())), Kind.DELETION, null);
        } else if (dice < 35 && living.size() > 10) {
            send(living.get(random.nextInt(living.size())), Kind.ITEM, item(picture()));
        } else {
            writeNew();
        }
    }

    /** Writes a new item. */
    void writeNew() {
        String id = "item-" + number++;
        living.add(id);
        send(id, Kind.ITEM, item(picture()));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback keeps the outcome
    private void send(String id, Kind kind, @Nullable CatalogItem value) {
        producer.send(new ProducerRecord<>(topic, id, value), (metadata, failure) -> {
            if (failure != null) {
                failures.add(failure);
            } else {
                written.add(new Written(id, kind, metadata.partition(), metadata.offset(), metadata.timestamp()));
            }
        });
    }

    private CatalogItem item(byte[] image) {
        String thing = THINGS.get(random.nextInt(THINGS.size()));
        String colour = COLOURS.get(random.nextInt(COLOURS.size()));
        return CatalogItem.newBuilder()
                .setTitle(colour + " " + thing)
                .setDescription("a " + colour + " " + thing + " for the home")
                .setCategory(thing)
                .setImage(ByteBuffer.wrap(image))
                .build();
    }

    private byte[] picture() {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        int colour = random.nextInt(0x1000000);
        for (int i = 0; i < SIZE * SIZE; i++) {
            image.setRGB(i % SIZE, i / SIZE, colour ^ random.nextInt(0x20));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Waits until every record is acknowledged. */
    void flush() {
        producer.flush();
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.size() + " records were not acknowledged", failures.peek());
        }
    }

    /** Every acknowledged record. */
    List<Written> written() {
        return List.copyOf(written);
    }

    /** The last record of each id. */
    Map<String, Written> last() {
        Map<String, Written> last = new TreeMap<>();
        for (Written one : written) {
            last.merge(one.id(), one, (a, b) -> a.offset() > b.offset() ? a : b);
        }
        return last;
    }

    @Override
    public void close() {
        producer.close();
    }
}
