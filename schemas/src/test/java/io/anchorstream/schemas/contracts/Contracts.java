package io.anchorstream.schemas.contracts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.anchorstream.avro.LabelledItem;
import io.anchorstream.avro.RefreshReport;
import io.anchorstream.schemas.registry.CompatibilityLevel;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Every record that leaves a process, with the level it must keep, and its golden schemas of released versions. */
final class Contracts {

    /** Released versions of the contracts, oldest first; a release that changes a record adds one. */
    static final List<String> RELEASES = List.of("v1");

    private Contracts() {}

    /** One contract: the generated class and what may happen to it. */
    record Contract(Class<? extends SpecificRecord> type, CompatibilityLevel level) {
        Schema schema() {
            return SpecificData.get().getSchema(type);
        }

        @Override
        public String toString() {
            return type.getSimpleName();
        }
    }

    static List<Contract> all() {
        Map<String, Contract> contracts = new TreeMap<>();
        Topics.create("", TopicSizing.defaults()).all().forEach(topic -> {
            var type = topic.valueType();
            if (type != null) {
                contracts.put(
                        type.getName(), new Contract(type, topic.direction().compatibility()));
            }
        });
        // Values of repartition and changelog topics: instances of two releases share them during an upgrade.
        for (var type : List.of(LabelledItem.class, RefreshReport.class)) {
            contracts.put(type.getName(), new Contract(type, CompatibilityLevel.FULL_TRANSITIVE));
        }
        return List.copyOf(contracts.values());
    }

    /** The golden schemas of a record, oldest first; a record that is younger than a release has none there. */
    static List<Schema> golden(Contract contract) {
        List<Schema> schemas = new ArrayList<>();
        for (String release : RELEASES) {
            String text = resource("/golden/" + release + "/" + contract + ".avsc");
            if (text != null) {
                schemas.add(new Schema.Parser().parse(text));
            }
        }
        return schemas;
    }

    static @Nullable String resource(String path) {
        try (InputStream in = Contracts.class.getResourceAsStream(path)) {
            return in == null ? null : new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
