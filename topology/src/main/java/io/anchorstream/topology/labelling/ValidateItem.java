package io.anchorstream.topology.labelling;

import java.util.Map;
import java.util.Optional;

import io.anchorstream.avro.CatalogItem;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Refuses items without a picture and items with absurdly long text. An item without any text goes on. */
final class ValidateItem implements Processor<String, Object, String, Object> {
    private final TextLimits limits;
    private final String topic;
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable DeadLetterOutput deadLetters;

    ValidateItem(TextLimits limits, String topic) {
        this.limits = limits;
        this.topic = topic;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.deadLetters = new DeadLetterOutput(context, topic);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    public void process(Record<String, Object> record) {
        if (record.value() instanceof ItemEvent.Parsed parsed) {
            Optional<Fault> fault = fault(parsed.item());
            if (fault.isPresent()) {
                deadLetters.send(
                        record,
                        parsed.original(),
                        parsed.source(),
                        fault.get().reason(),
                        fault.get().detail());
                return;
            }
        }
        context.forward(record, LabelTopology.FETCH);
    }

    /** Whether it brings its picture along, and not only an address of it. */
    static boolean hasPicture(CatalogItem item) {
        return item.getImage() != null && item.getImage().hasRemaining();
    }

    private Optional<Fault> fault(CatalogItem item) {
        if (!hasPicture(item)
                && (item.getImageUrl() == null || item.getImageUrl().isBlank())) {
            return Optional.of(new Fault(
                    Refusal.NO_IMAGE,
                    item.getImage() == null
                            ? "the item has no picture: give one in its field image, or its address in imageUrl"
                            : "its picture is an empty file (0 bytes): send the item again with the whole picture"));
        }
        return tooLong(Refusal.TITLE_TOO_LONG, "title", item.getTitle(), limits.title())
                .or(() -> tooLong(
                        Refusal.DESCRIPTION_TOO_LONG, "description", item.getDescription(), limits.description()))
                .or(() -> tooLong(Refusal.CATEGORY_TOO_LONG, "category", item.getCategory(), limits.category()))
                .or(() -> keywords(item))
                .or(() -> attributes(item));
    }

    private Optional<Fault> keywords(CatalogItem item) {
        if (item.getKeywords().size() > limits.keywords()) {
            return Optional.of(new Fault(
                    Refusal.KEYWORDS_TOO_LONG,
                    "at most " + limits.keywords() + " keywords are read, not "
                            + item.getKeywords().size()));
        }
        return item.getKeywords().stream()
                .map(keyword -> tooLong(Refusal.KEYWORDS_TOO_LONG, "keyword", keyword, limits.title()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<Fault> attributes(CatalogItem item) {
        Map<String, String> attributes = item.getAttributes();
        if (attributes.size() > limits.attributes()) {
            return Optional.of(new Fault(
                    Refusal.ATTRIBUTES_TOO_LONG,
                    "at most " + limits.attributes() + " attributes are read, not " + attributes.size()));
        }
        return attributes.entrySet().stream()
                .map(entry -> tooLong(
                        Refusal.ATTRIBUTES_TOO_LONG,
                        "attribute " + shortened(entry.getKey()),
                        entry.getValue(),
                        limits.description()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Fault> tooLong(String reason, String field, @Nullable String text, int limit) {
        if (text == null || text.length() <= limit) {
            return Optional.empty();
        }
        return Optional.of(new Fault(
                reason,
                "the " + field + " has " + text.length() + " characters, more than " + limit + "; it begins \""
                        + shortened(text) + "\""));
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    private record Fault(String reason, String detail) {}
}
