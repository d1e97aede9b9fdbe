package io.anchorstream.bench.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Properties;
import java.util.stream.Stream;

import io.anchorstream.topology.streams.StreamsSettings;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;

/** A topology on its real stores, without a broker: records go through on the caller's thread. */
final class StreamsHarness implements AutoCloseable {
    private static final ByteArrayDeserializer BYTES = new ByteArrayDeserializer();

    private final Path folder;
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte[]> input;

    StreamsHarness(Topology topology, String inputTopic) throws IOException {
        folder = Files.createTempDirectory("anchorstream-jmh");
        Properties config =
                StreamsSettings.of("jmh", "none:1", folder, "dead-letters").toProperties();
        driver = new TopologyTestDriver(topology, config);
        input = driver.createInputTopic(inputTopic, new StringSerializer(), new ByteArraySerializer());
    }

    /** Puts a record through and throws away what comes out, changelogs included: the driver keeps it otherwise. */
    void put(String key, byte[] value) {
        input.pipeInput(key, value);
        for (String output : driver.producedTopicNames()) {
            driver.createOutputTopic(output, BYTES, BYTES).readRecordsToList();
        }
    }

    @Override
    public void close() throws IOException {
        driver.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
