package io.anchorstream.service.pipeline;

import java.nio.file.Path;

import io.anchorstream.service.embedded.SharedKafka;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the embedded broker and registry. */
class LabelPipelineIT extends LabelPipelineContract {
    LabelPipelineIT(@TempDir Path state) {
        super(state, SharedKafka.clientConfig(), SharedKafka.prefix(LabelPipelineIT.class));
    }
}
