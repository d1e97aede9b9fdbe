package io.anchorstream.topology.labelling;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStoreWithHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The role was started again with {@code fetch.items=false} while items waited for their pictures. */
class FetchingSwitchedOffTest {
    private static final int WAITING = 300;

    @Test
    void itemsThatWaitedAreRefusedALookAtATimeWithTheReason(@TempDir Path state) {
        MockProcessorContext<String, Object> context =
                new MockProcessorContext<>(new Properties(), new TaskId(0, 0), state.toFile());
        TimestampedKeyValueStoreWithHeaders<String, byte[]> store = Stores.timestampedKeyValueStoreWithHeadersBuilder(
                        Stores.persistentTimestampedKeyValueStoreWithHeaders(LabelTopology.WAITING_STORE),
                        Serdes.String(),
                        Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        StateStoreContext stores = context.getStateStoreContext();
        store.init(stores, store);
        // The store asks whose record it writes for, which the mock does not say by itself.
        ((InternalProcessorContext<?, ?>) stores)
                .setRecordContext(new ProcessorRecordContext(7, 0, 0, "items", new RecordHeaders()));
        context.addStateStore(store);
        WaitingItems before = new WaitingItems(store);
        for (int i = 0; i < WAITING; i++) {
            byte[] original = ("item " + i).getBytes(StandardCharsets.UTF_8);
            before.put(new Record<>("i" + i, original, 7, new RecordHeaders()), new SourcePosition(3, i, 7), original);
        }

        Fetching off = Fetching.none();
        FetchPicture fetch = new FetchPicture(
                off,
                AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", "mock://off"))
                        .deserializer(),
                "items");
        fetch.init(context);
        assertThat(off.progress().waiting()).isEqualTo(WAITING);

        context.scheduledPunctuators().get(0).getPunctuator().punctuate(100);
        assertThat(context.forwarded()).hasSize(256);
        context.scheduledPunctuators().get(0).getPunctuator().punctuate(200);
        context.scheduledPunctuators().get(0).getPunctuator().punctuate(300);

        assertThat(context.forwarded()).hasSize(WAITING).allSatisfy(letter -> {
            assertThat(letter.childName()).contains(LabelTopology.DEAD_LETTERS);
            assertThat(header(letter.record(), DeadLetterHeaders.REASON)).isEqualTo("image-url-not-fetched");
            assertThat(header(letter.record(), DeadLetterHeaders.DETAIL)).contains("fetch.items is off");
            assertThat(letter.record().key()).isEqualTo("i" + header(letter.record(), DeadLetterHeaders.OFFSET));
        });
        assertThat(context.forwarded())
                .extracting(letter -> letter.record().key())
                .doesNotHaveDuplicates();
        assertThat(off.progress().waiting()).isZero();
        store.close();
    }

    private static String header(Record<?, ?> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
