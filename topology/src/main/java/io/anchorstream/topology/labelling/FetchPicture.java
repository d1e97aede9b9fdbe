package io.anchorstream.topology.labelling;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.topology.streams.FailureKind;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Gets the pictures of items that name them by address alone. Such an item waits in a store, and others pass it; the
 * stream thread asks for a few pictures at a time and never waits for one. A newer record of an item takes the place of
 * one that waits, so that an item's records keep their order.
 */
final class FetchPicture implements Processor<String, Object, String, Object> {
    /** Pictures under way for a task: what arrives between two looks is decoded within a slice. */
    private static final int WINDOW = 16;
    /** Of those from one host, so that one that is away does not hold up the others. */
    private static final int PER_HOST = WINDOW / 2;

    private static final int ROWS_A_LOOK = 256;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final String FAILED_LATER = "processing-failed";
    private static final String SWITCHED_OFF =
            "fetch.items is off: switch it on, or put the picture's bytes into the field image";

    private final Fetching fetching;
    private final Deserializer<CatalogItem> deserializer;
    private final String topic;
    private final Map<String, Request> requests = new LinkedHashMap<>();
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable DeadLetterOutput deadLetters;
    private @Nullable WaitingItems waiting;
    private @Nullable String next;

    /** A picture that was asked for. */
    private record Request(String address, String host, CompletableFuture<byte[]> picture) {}

    FetchPicture(Fetching fetching, Deserializer<CatalogItem> deserializer, String topic) {
        this.fetching = fetching;
        this.deserializer = deserializer;
        this.topic = topic;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.deadLetters = new DeadLetterOutput(context, topic);
        this.waiting = new WaitingItems(context.getStateStore(LabelTopology.WAITING_STORE));
        context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, now -> look());
        show();
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    public void process(Record<String, Object> record) {
        if (record.value() instanceof ItemEvent.Parsed parsed && !ValidateItem.hasPicture(parsed.item())) {
            if (fetching.source().isEmpty()) {
                deadLetters.send(record, parsed.original(), parsed.source(), Refusal.URL_NOT_FETCHED, SWITCHED_OFF);
                return;
            }
            waiting.put(record, parsed.source(), parsed.original());
            @Nullable Request running = requests.get(record.key());
            if (running == null || !running.address().equals(address(parsed.item()))) {
                drop(record.key());
                ask(record.key(), parsed.item());
            }
            show();
            return;
        }
        if (waiting.take(record.key()).isPresent()) {
            drop(record.key());
            show();
        }
        context.forward(record, LabelTopology.ENCODE_TEXT);
    }

    private void drop(String id) {
        @Nullable Request superseded = requests.remove(id);
        if (superseded != null) {
            superseded.picture().cancel(true);
        }
    }

    /** Asks for a picture where there is room; an item for which there is none is come back to. */
    private void ask(String id, CatalogItem item) {
        String address = address(item);
        String host = host(address);
        if (requests.size() < WINDOW
                && requests.values().stream()
                                .filter(request -> request.host().equals(host))
                                .count()
                        < PER_HOST) {
            fetching.source().ifPresent(source -> requests.put(id, new Request(address, host, source.fetch(address))));
        }
    }

    private static String address(CatalogItem item) {
        return String.valueOf(item.getImageUrl());
    }

    private static String host(String address) {
        try {
            return String.valueOf(URI.create(address).getHost());
        } catch (IllegalArgumentException e) {
            return ""; // the source says what is wrong with it
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before it punctuates
    private void look() {
        if (fetching.source().isEmpty()) {
            refuseWaiting();
            return;
        }
        List<Map.Entry<String, Request>> arrived = requests.entrySet().stream()
                .filter(entry -> entry.getValue().picture().isDone())
                .toList();
        for (Map.Entry<String, Request> entry : arrived) {
            requests.remove(entry.getKey());
            waiting.take(entry.getKey())
                    .ifPresent(item -> finish(item, entry.getValue().picture()));
        }
        if (requests.size() < WINDOW && requests.size() < waiting.count()) {
            next = waiting.visit(next, ROWS_A_LOOK, (id, source, original) -> {
                if (!requests.containsKey(id)) {
                    ask(id, deserializer.deserialize(topic, original));
                }
                return requests.size() < WINDOW;
            });
        }
        show();
    }

    /** Items that waited when fetching was switched off. */
    @SuppressWarnings("NullAway") // Kafka Streams calls init before it punctuates
    private void refuseWaiting() {
        if (waiting.count() == 0) {
            return;
        }
        List<String> ids = new ArrayList<>();
        waiting.visit(null, ROWS_A_LOOK, (id, source, original) -> ids.add(id));
        for (String id : ids) {
            waiting.take(id)
                    .ifPresent(item -> deadLetters.send(
                            item.record(),
                            item.record().value(),
                            item.source(),
                            Refusal.URL_NOT_FETCHED,
                            SWITCHED_OFF));
        }
        show();
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before it punctuates
    private void finish(WaitingItems.Taken item, CompletableFuture<byte[]> picture) {
        Record<String, byte[]> record = item.record();
        Optional<String> failure = failure(picture);
        fetching.progress().ended(failure.isEmpty());
        if (failure.isPresent()) {
            deadLetters.send(record, record.value(), item.source(), Refusal.URL_NOT_FETCHED, failure.get());
            return;
        }
        CatalogItem pictured = deserializer.deserialize(topic, record.headers(), record.value());
        pictured.setImage(ByteBuffer.wrap(picture.join()));
        try {
            context.forward(
                    record.withValue(new ItemEvent.Parsed(item.source(), pictured, record.value())),
                    LabelTopology.ENCODE_TEXT);
        } catch (RuntimeException e) {
            // Outside of a record of its own, the handler cannot set the item aside; it would fail again and again.
            Throwable cause = e instanceof StreamsException && e.getCause() != null ? e.getCause() : e;
            if (FailureKind.of(cause) == FailureKind.SURROUNDINGS) {
                throw e;
            }
            deadLetters.send(record, record.value(), item.source(), FAILED_LATER, cause.toString());
        }
    }

    private static Optional<String> failure(CompletableFuture<byte[]> picture) {
        try {
            picture.join();
            return Optional.empty();
        } catch (CompletionException | CancellationException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof Error error) {
                throw error; // says nothing about the item, which goes on waiting
            }
            return Optional.of(String.valueOf(cause.getMessage()));
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init first
    private void show() {
        fetching.progress().show(context.taskId().partition(), waiting.count());
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before close
    public void close() {
        requests.values().forEach(request -> request.picture().cancel(true));
        requests.clear();
        fetching.progress().forget(context.taskId().partition());
    }
}
