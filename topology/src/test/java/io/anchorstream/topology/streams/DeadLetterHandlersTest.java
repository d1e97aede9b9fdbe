package io.anchorstream.topology.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.registry.RegistryException;
import io.anchorstream.schemas.registry.RegistryUnavailableException;
import io.anchorstream.schemas.serde.AvroSerde;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.errors.internals.DefaultErrorHandlerContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class DeadLetterHandlersTest {
    private static final byte[] KEY = utf8("the key");
    private static final byte[] VALUE = utf8("the value");
    private static final Map<String, String> CONFIG =
            Map.of(DeadLetterProcessingHandler.TOPIC_CONFIG, "catalog.dead-letters");

    private final ErrorHandlerContext context = new DefaultErrorHandlerContext(
            null,
            "catalog.items",
            1,
            42,
            new RecordHeaders().add("trace", utf8("abc")),
            "cluster-items",
            new TaskId(0, 1),
            1_234,
            KEY,
            VALUE);
    private final ConsumerRecord<byte[], byte[]> unreadable = new ConsumerRecord<>("catalog.items", 1, 42, KEY, VALUE);
    private final Record<String, String> failed = new Record<>("decoded key", "decoded value", 1_234);

    private final DeadLetterDeserializationHandler reading = new DeadLetterDeserializationHandler();
    private final DeadLetterProcessingHandler processing = new DeadLetterProcessingHandler();

    @BeforeEach
    void configure() {
        reading.configure(CONFIG);
        processing.configure(CONFIG);
    }

    @Test
    void turnsAnUnreadableRecordIntoALetterWithItsOriginAndOriginalBytes() {
        DeserializationExceptionHandler.Response response =
                reading.handleError(context, unreadable, new SerializationException("no magic byte"));

        assertThat(response.result()).isEqualTo(DeserializationExceptionHandler.Result.RESUME);
        assertThat(response.deadLetterQueueRecords()).singleElement().satisfies(letter -> {
            assertLetter(letter, DeadLetterDeserializationHandler.REASON);
            assertThat(header(letter, DeadLetterHeaders.DETAIL)).isEqualTo("no magic byte");
        });
    }

    @Test
    void turnsAFailureOfAProcessorIntoALetterThatNamesIt() {
        ProcessingExceptionHandler.Response response =
                processing.handleError(context, failed, new IllegalStateException("no cluster 7"));

        assertThat(response.result()).isEqualTo(ProcessingExceptionHandler.Result.RESUME);
        assertThat(response.deadLetterQueueRecords()).singleElement().satisfies(letter -> {
            assertLetter(letter, DeadLetterProcessingHandler.REASON);
            assertThat(header(letter, DeadLetterHeaders.DETAIL)).contains("cluster-items", "no cluster 7");
        });
    }

    @Test
    void namesTheOriginalRecordOfAFailureBehindARepartition() {
        RecordOrigin origin = new RecordOrigin("catalog.items", 3, 77, 555, "item-9");
        ErrorHandlerContext behind = new DefaultErrorHandlerContext(
                null,
                "app-by-block-repartition",
                0,
                5,
                origin.in(new RecordHeaders().add("trace", utf8("abc"))),
                "assign-label",
                new TaskId(1, 0),
                1_234,
                utf8("shoes"),
                utf8("labelled form"));

        ProducerRecord<byte[], byte[]> letter = processing
                .handleError(behind, failed, new IllegalStateException("no cluster 7"))
                .deadLetterQueueRecords()
                .get(0);

        assertThat(letter.key()).isEqualTo(utf8("item-9"));
        assertThat(header(letter, DeadLetterHeaders.TOPIC)).isEqualTo("catalog.items");
        assertThat(header(letter, DeadLetterHeaders.PARTITION)).isEqualTo("3");
        assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("77");
        assertThat(header(letter, DeadLetterHeaders.TIMESTAMP)).isEqualTo("555");
        assertThat(header(letter, DeadLetterHeaders.VALUE_OF)).isEqualTo("app-by-block-repartition");
        assertThat(header(letter, "trace")).isEqualTo("abc");
    }

    @Test
    void believesNoOriginThatAUserWrote() {
        Headers forged = new RecordOrigin("elsewhere", 3, 77, 555, "item-9").in(new RecordHeaders());
        ErrorHandlerContext front = new DefaultErrorHandlerContext(
                null, "catalog.items", 1, 42, forged, "parse", new TaskId(0, 1), 1_234, KEY, VALUE);

        ProducerRecord<byte[], byte[]> letter = processing
                .handleError(front, failed, new IllegalStateException("no"))
                .deadLetterQueueRecords()
                .get(0);

        assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("42");
        assertThat(letter.key()).isEqualTo(KEY);
    }

    @Test
    void blamesTheRecordForASchemaThatTheRegistryDoesNotKnow() {
        Exception unknown = new SerializationException("id 9", new RegistryException(40403, "no schema 9"));

        assertThat(reading.handleError(context, unreadable, unknown).deadLetterQueueRecords())
                .hasSize(1);
    }

    @Test
    void stopsTheTaskInsteadOfLosingARecordWhenTheSurroundingsFail() {
        Exception away = new SerializationException(
                "cannot ask", new RegistryUnavailableException("registry away", new IOException("refused")));
        assertThat(reading.handleError(context, unreadable, away).result())
                .isEqualTo(DeserializationExceptionHandler.Result.FAIL);

        for (Exception outside : new Exception[] {
            away, new TimeoutException("broker away"), new IllegalStateException(new RocksDBException("disk full"))
        }) {
            ProcessingExceptionHandler.Response response = processing.handleError(context, failed, outside);
            assertThat(response.result()).as("%s", outside).isEqualTo(ProcessingExceptionHandler.Result.FAIL);
            assertThat(response.deadLetterQueueRecords()).isEmpty();
        }
    }

    @Test
    void setsAsideARecordThatIsCutAnywhereOrHasBytesLeftOver() {
        Map<String, Object> registry = Map.of("schema.registry.url", "mock://dead-letter-handlers-test");
        try (var serde = AvroSerde.of(CatalogItem.class, registry)) {
            byte[] whole = serde.serializer()
                    .serialize(
                            "catalog.items",
                            CatalogItem.newBuilder()
                                    .setTitle("Büchse, grün")
                                    .setKeywords(List.of("tin", "green"))
                                    .setAttributes(Map.of("colour", "green"))
                                    .setImage(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                                    .build());
            for (int length = 0; length <= whole.length + 1; length++) {
                byte[] bytes = Arrays.copyOf(whole, length);
                if (length == whole.length) {
                    continue;
                }
                Exception failure = catchThrowableOfType(
                        Exception.class, () -> serde.deserializer().deserialize("catalog.items", bytes));
                assertThat(reading.handleError(context, unreadable, failure).result())
                        .as("%s of %s bytes: %s", length, whole.length, failure)
                        .isEqualTo(DeserializationExceptionHandler.Result.RESUME);
            }
        }
    }

    @Test
    void stopsTheTaskWhenAPunctuationFailsBecauseNoRecordIsToBlame() {
        ErrorHandlerContext punctuation = new DefaultErrorHandlerContext(
                null, null, -1, -1, new RecordHeaders(), "embed-items", new TaskId(0, 1), 1_234, null, null);

        ProcessingExceptionHandler.Response response =
                processing.handleError(punctuation, null, new IllegalStateException("no such picture"));

        assertThat(response.result()).isEqualTo(ProcessingExceptionHandler.Result.FAIL);
        assertThat(response.deadLetterQueueRecords()).isEmpty();
    }

    @Test
    void boundsTheDetailOfALetter() {
        DeserializationExceptionHandler.Response response =
                reading.handleError(context, unreadable, new SerializationException("x".repeat(100_000)));

        assertThat(header(response.deadLetterQueueRecords().get(0), DeadLetterHeaders.DETAIL))
                .hasSize(1_000);
    }

    @Test
    void refuseToStartWithoutATopicForTheLetters() {
        assertThatThrownBy(() -> new DeadLetterProcessingHandler().configure(Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(DeadLetterProcessingHandler.TOPIC_CONFIG);
    }

    private static void assertLetter(ProducerRecord<byte[], byte[]> letter, String reason) {
        assertThat(letter.topic()).isEqualTo("catalog.dead-letters");
        assertThat(letter.key()).isEqualTo(KEY);
        assertThat(letter.value()).isEqualTo(VALUE);
        assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo(reason);
        assertThat(header(letter, DeadLetterHeaders.TOPIC)).isEqualTo("catalog.items");
        assertThat(header(letter, DeadLetterHeaders.PARTITION)).isEqualTo("1");
        assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("42");
        assertThat(header(letter, DeadLetterHeaders.TIMESTAMP)).isEqualTo("1234");
        assertThat(header(letter, "trace")).isEqualTo("abc");
    }

    private static String header(ProducerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
