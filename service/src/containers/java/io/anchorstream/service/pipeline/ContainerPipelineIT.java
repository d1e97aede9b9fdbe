package io.anchorstream.service.pipeline;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/**
 * The contract on {@code apache/kafka} and a schema registry in containers. Its test, with all that is asserted of items,
 * dead letters and the restart, is {@link LabelPipelineContract}'s; here is only where the broker is.
 */
@EnabledIf(
        value = "engineAnswers",
        disabledReason = "no container engine answers: start Docker or Podman, or set DOCKER_HOST")
class ContainerPipelineIT extends LabelPipelineContract {
    ContainerPipelineIT(@TempDir Path state) {
        super(state, connection(), "containers.");
    }

    static boolean engineAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    private static Map<String, Object> connection() {
        SharedContainers containers = SharedContainers.instance();
        return Map.of(
                "bootstrap.servers", containers.bootstrapServers(),
                "schema.registry.url", containers.registryUrl());
    }
}
