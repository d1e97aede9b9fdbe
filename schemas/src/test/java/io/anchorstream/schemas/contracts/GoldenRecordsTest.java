package io.anchorstream.schemas.contracts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anchorstream.schemas.contracts.Contracts.Contract;
import io.anchorstream.schemas.registry.InMemorySchemaRegistry;
import io.anchorstream.schemas.serde.AvroSerde;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bytes that released versions wrote are still read, with the same values. Each line of {@code golden/VERSION/records.txt}
 * holds a record's name, its Avro bytes in hexadecimal, and what they say as JSON.
 */
class GoldenRecordsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    record Golden(String release, String name, String hex, String json) {
        @Override
        public String toString() {
            return release + " " + name;
        }
    }

    static Stream<Golden> records() {
        return Contracts.RELEASES.stream().flatMap(release -> lines(release).map(line -> {
            String[] parts = line.split("\t", 3);
            return new Golden(release, parts[0], parts[1], parts[2]);
        }));
    }

    @ParameterizedTest
    @MethodSource("records")
    void bytesOfAReleaseAreStillRead(Golden golden) throws IOException {
        Contract contract = Contracts.all().stream()
                .filter(each -> each.toString().equals(golden.name()))
                .findFirst()
                .orElseThrow();

        SpecificRecord record = read(golden, contract);

        JsonNode expected = JSON.readTree(golden.json());
        JsonNode actual = JSON.readTree(record.toString());
        assertHolds(actual, expected, golden.name());
    }

    /** What was written is still there; fields that came since may stand beside it, in nested records too. */
    private static void assertHolds(JsonNode actual, JsonNode expected, String path) {
        if (expected.isObject()) {
            expected.fieldNames().forEachRemaining(field -> {
                assertThat(actual.has(field)).as("%s.%s", path, field).isTrue();
                assertHolds(actual.get(field), expected.get(field), path + "." + field);
            });
        } else if (expected.isArray()) {
            assertThat(actual.size()).as("size of %s", path).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertHolds(actual.get(i), expected.get(i), path + "[" + i + "]");
            }
        } else {
            assertThat(actual).as(path).isEqualTo(expected);
        }
    }

    @Test
    void everyContractOfTheLastReleaseHasItsBytes() {
        String last = Contracts.RELEASES.get(Contracts.RELEASES.size() - 1);

        assertThat(Contracts.all()).allSatisfy(contract -> assertThat(records().map(Golden::toString))
                .withFailMessage(() -> "No bytes of " + contract + ". Add to golden/" + last
                        + "/records.txt, tab-separated:\n" + line(contract))
                .contains(last + " " + contract));
    }

    private static SpecificRecord read(Golden golden, Contract contract) {
        InMemorySchemaRegistry registry = InMemorySchemaRegistry.scope("golden-" + golden);
        Schema writer = new Schema.Parser()
                .parse(String.valueOf(
                        Contracts.resource("/golden/" + golden.release() + "/" + golden.name() + ".avsc")));
        int id = registry.register("golden-value", writer);
        byte[] bytes = HexFormat.of().parseHex(golden.hex());
        byte[] framed = ByteBuffer.allocate(5 + bytes.length)
                .put((byte) 0)
                .putInt(id)
                .put(bytes)
                .array();
        Map<String, Object> config = Map.of("schema.registry.url", "mock://golden-" + golden);
        try (var serde = AvroSerde.of(contract.type(), config, registry)) {
            return serde.deserializer().deserialize("golden", framed);
        }
    }

    private static Stream<String> lines(String release) {
        String text = Contracts.resource("/golden/" + release + "/records.txt");
        return (text == null ? List.<String>of() : text.lines().toList())
                .stream().filter(line -> !line.isBlank() && !line.startsWith("#"));
    }

    static String line(Contract contract) {
        GenericRecord sample = Samples.of(contract.schema(), contract.toString().hashCode());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        try {
            new GenericDatumWriter<GenericRecord>(contract.schema()).write(sample, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return contract + "\t" + HexFormat.of().formatHex(out.toByteArray()) + "\t" + sample;
    }
}
