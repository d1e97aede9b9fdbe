package io.anchorstream.service.pipeline;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import io.anchorstream.schemas.serde.SerdeFactory;
import io.anchorstream.service.embedded.SharedKafka;
import org.junit.jupiter.api.io.TempDir;

/** The contract with Confluent's genuine serialiser and deserialiser in the place of ours. */
class ConfluentPipelineIT extends LabelPipelineContract {
    ConfluentPipelineIT(@TempDir Path state) {
        super(state, connection(), SharedKafka.prefix(ConfluentPipelineIT.class));
    }

    private static Map<String, Object> connection() {
        Map<String, Object> connection = new HashMap<>(SharedKafka.clientConfig());
        connection.put(SerdeFactory.CHOICE, "confluent");
        return connection;
    }
}
