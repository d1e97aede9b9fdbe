package io.anchorstream.schemas.topics;

import java.util.LinkedHashMap;
import java.util.Map;

import io.anchorstream.schemas.registry.SchemaRegistry;
import org.apache.avro.specific.SpecificData;

/** The registry's half of the admin step: subjects, their schemas and their compatibility levels. */
public final class SubjectAdmin {

    private SubjectAdmin() {}

    /**
     * Sets the level of each topic's subject and registers the schema of its value, so that a deployment can run with
     * {@code auto.register.schemas=false}. Repeating it changes nothing.
     *
     * @return schema id by subject, in the order of {@link Topics#all()}
     * @throws io.anchorstream.schemas.registry.RegistryException when a subject holds an incompatible schema
     */
    public static Map<String, Integer> ensure(SchemaRegistry registry, Topics topics) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (TopicSpec topic : topics.all()) {
            var type = topic.valueType();
            if (type != null) {
                registry.setCompatibility(topic.subject(), topic.direction().compatibility());
                ids.put(
                        topic.subject(),
                        registry.register(topic.subject(), SpecificData.get().getSchema(type)));
            }
        }
        return ids;
    }
}
