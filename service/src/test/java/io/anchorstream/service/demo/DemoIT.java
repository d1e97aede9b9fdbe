package io.anchorstream.service.demo;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.io.TempDir;

/** The demo as everybody starts it. */
class DemoIT extends DemoContract {
    DemoIT(@TempDir Path root) {
        super(root, Map.of());
    }
}
