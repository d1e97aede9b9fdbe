package io.anchorstream.service.demo;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.io.TempDir;

/**
 * The demo from end to end, all roles, with Confluent's genuine serialiser and deserialiser in the place of ours. What is
 * asserted stands in {@link DemoContract}, the same for both.
 */
class ConfluentDemoIT extends DemoContract {
    ConfluentDemoIT(@TempDir Path root) {
        super(root, Map.of("registry.anchorstream.serde", "confluent"));
    }
}
