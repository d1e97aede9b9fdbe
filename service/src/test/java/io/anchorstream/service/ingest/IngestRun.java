package io.anchorstream.service.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.service.catalogue.CatalogueSource;
import io.anchorstream.service.fetch.FetchSettings;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An ingest of a folder into a producer that keeps what it gets, and what was said on the way. */
final class IngestRun {
    static final InputStream NOTHING = InputStream.nullInputStream();

    final MockProducer<String, CatalogItem> producer = new MockProducer<>(
            true,
            null,
            new StringSerializer(),
            AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", "mock://catalogue-ingest"))
                    .serializer());
    final List<String> refusals = new ArrayList<>();
    final List<String> unusable = new ArrayList<>();
    final List<String> misnamed = new ArrayList<>();

    private final Path folder;

    IngestRun(Path folder) {
        this.folder = folder;
    }

    static FetchSettings fetching(Set<String> trusted) {
        return new FetchSettings(
                4, Duration.ofSeconds(5), Duration.ofSeconds(20), 0, Duration.ofMillis(1), 1000, 0, trusted);
    }

    CatalogueIngest.Outcome run() throws IOException {
        return run(CatalogueSource.of(folder.toString(), NOTHING), 0);
    }

    CatalogueIngest.Outcome run(CatalogueSource source, long after) throws IOException {
        return new CatalogueIngest(
                        source, new ItemWriter("items", producer), CatalogueIngest.Web.UNTOUCHED, Optional.empty())
                .run(after, listener());
    }

    CatalogueIngest.Listener listener() {
        return new CatalogueIngest.Listener() {
            @Override
            public void sent(long sent) {}

            @Override
            public void refused(long line, String reason) {
                refusals.add(line + ": " + reason);
            }

            @Override
            public void unusable(long line, String reason) {
                unusable.add(line + ": " + reason);
            }

            @Override
            public void misnamed(long line, String field, String known) {
                misnamed.add(field + " = " + known);
            }
        };
    }
}
