package io.anchorstream.service.run;

import java.util.LinkedHashMap;
import java.util.Map;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.LabelledItem;
import io.anchorstream.avro.RefreshReport;
import io.anchorstream.schemas.topics.SubjectAdmin;
import io.anchorstream.service.config.Settings;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Registers every schema the service writes, so that it runs with {@code registry.auto.register.schemas=false}. */
public final class SchemaSetup {
    private SchemaSetup() {}

    /** Registers; repeating it changes nothing. Returns schema id by subject. */
    public static Map<String, Integer> register(Cluster cluster, Settings settings) {
        Map<String, Integer> ids = new LinkedHashMap<>(SubjectAdmin.ensure(cluster.registry(), cluster.topics()));
        internal(settings)
                .forEach((topic, type) -> ids.put(
                        topic + "-value",
                        cluster.registry()
                                .register(topic + "-value", SpecificData.get().getSchema(type))));
        return ids;
    }

    /** The topics that Kafka Streams makes for the roles and that carry Avro. */
    static Map<String, Class<? extends SpecificRecord>> internal(Settings settings) {
        String label = Role.LABEL.group(settings);
        String embed = Role.EMBED.group(settings);
        Map<String, Class<? extends SpecificRecord>> topics = new LinkedHashMap<>();
        topics.put(label + "-by-block-repartition", LabelledItem.class);
        topics.put(embed + "-refresh-reports-repartition", RefreshReport.class);
        topics.put(embed + "-generation-reports-changelog", RefreshReport.class);
        topics.put(embed + "-generation-ledger-changelog", GenerationEvent.class);
        return topics;
    }
}
