package io.anchorstream.service.downstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.topics.Direction;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.config.Keys;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is handed out for Kafka Connect names what the topic has. */
class ConnectorFilesTest {
    private static final Path FOLDER = Path.of("..", "deploy", "connect");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> FIELDS = ItemEmbedding.getClassSchema().getFields().stream()
            .map(Schema.Field::name)
            .collect(Collectors.toUnmodifiableSet());
    private static final String ITEM_ID = "item_id";

    static List<Path> connectors() throws IOException {
        return files(".json").stream()
                .filter(file -> !file.toString().contains("-template"))
                .filter(file -> !file.toString().contains("-source"))
                .toList();
    }

    static List<Path> sources() throws IOException {
        return files("-source.json");
    }

    static List<Path> templates() throws IOException {
        return files("-template.json");
    }

    @ParameterizedTest
    @MethodSource("connectors")
    void connectorsReadTheTopicAsItIsWritten(Path file) throws IOException {
        Map<String, String> config = config(file);

        assertThat(config)
                .containsEntry(
                        "topics",
                        Topics.create("", TopicSizing.defaults())
                                .catalogEmbeddings()
                                .name())
                .containsEntry("consumer.override.isolation.level", "read_committed")
                .containsEntry("key.converter", "org.apache.kafka.connect.storage.StringConverter")
                .containsEntry("value.converter", "io.confluent.connect.avro.AvroConverter")
                .containsKey("connector.class");
        assertThat(config.getOrDefault("connection.password", config.getOrDefault("qdrant.api.key", "")))
                .as("no secret in the file")
                .startsWith("${file:");
        List<String> transforms = List.of(config.getOrDefault("transforms", "").split(","));
        assertThat(transforms).allSatisfy(name -> assertThat(config).containsKey("transforms." + name + ".type"));
        List<String> named = new ArrayList<>();
        for (String transform : transforms) {
            if (config.getOrDefault("transforms." + transform + ".type", "").endsWith("HoistField$Key")) {
                assertThat(config.get("transforms." + transform + ".field"))
                        .as("the key becomes the field that rows are told apart by")
                        .isEqualTo(config.get("primary.key.fields"));
                continue;
            }
            named.addAll(listed(config, "transforms." + transform + ".field"));
            named.addAll(listed(config, "transforms." + transform + ".include"));
            named.addAll(listed(config, "transforms." + transform + ".payload"));
            listed(config, "transforms." + transform + ".renames")
                    .forEach(rename -> named.add(rename.substring(0, rename.indexOf(':'))));
        }
        assertThat(named).as("fields of the record").isNotEmpty().isSubsetOf(FIELDS);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void sourcesWriteItemsThatTheRegistryLetsInAndTheServiceReads(Path file) throws IOException {
        Map<String, String> config = config(file);
        Map<String, String> renames = renames(config, "transforms.fields.renames");
        List<String> written = listed(config, "transforms.fields.include").stream()
                .map(field -> renames.getOrDefault(field, field))
                .toList();
        Schema item = CatalogItem.getClassSchema();
        // As Connect makes it of a table: columns that may be null become unions.
        SchemaBuilder.FieldAssembler<Schema> fields =
                SchemaBuilder.record(config.get("transforms.name.schema.name")).fields();
        written.forEach(field -> {
            if (item.getField(field).schema().isNullable()) {
                fields.optionalString(field);
            } else {
                fields.requiredString(field);
            }
        });

        assertThat(written).contains("title", "imageUrl");
        assertThat(Direction.INPUT.compatibility().violations(fields.endRecord(), List.of(item)))
                .isEmpty();
        assertThat(config)
                .containsEntry("key.converter", "org.apache.kafka.connect.storage.StringConverter")
                .containsEntry("transforms.id.type", "org.apache.kafka.connect.transforms.ExtractField$Key")
                .containsValue(
                        Topics.create("", TopicSizing.defaults()).catalogItems().name());
    }

    @ParameterizedTest
    @MethodSource("templates")
    void templatesMapFieldsOfTheRecordAndTheDefaultDimension(Path file) throws IOException {
        JsonNode properties =
                JSON.readTree(file.toFile()).get("template").get("mappings").get("properties");
        List<String> names =
                properties.properties().stream().map(Map.Entry::getKey).toList();

        assertThat(names).contains("vector", "generation").isSubsetOf(FIELDS);
        JsonNode vector = properties.get("vector");
        JsonNode dimension = vector.has("dims") ? vector.get("dims") : vector.get("dimension");
        assertThat(dimension.asText()).isEqualTo(Keys.DIMENSION.standard());
    }

    @Test
    void theTableHasTheColumnsThatTheConnectorWrites() throws IOException {
        Map<String, String> config = config(FOLDER.resolve("pgvector.json"));
        Map<String, String> renames = renames(config, "transforms.columns.renames");
        Set<String> written = new TreeSet<>(Set.of(config.getOrDefault("primary.key.fields", "")));
        listed(config, "transforms.columns.include").forEach(field -> written.add(renames.getOrDefault(field, field)));

        String sql = Files.readString(FOLDER.resolve("pgvector.sql"));
        String table = "CREATE TABLE IF NOT EXISTS " + config.get("collection.name.format") + " (";
        assertThat(sql).contains(table);
        int begin = sql.indexOf(table) + table.length();
        Set<String> columns = Arrays.stream(
                        sql.substring(begin, sql.indexOf(");", begin)).split(",\n"))
                .map(line -> line.strip().split(" ", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(columns).isEqualTo(written).contains(ITEM_ID);
    }

    @Test
    void scriptsThatSwapAreExecutableAndTakeWhatFollowGives() throws IOException {
        Pattern variable = Pattern.compile("ANCHORSTREAM_[A-Z_]+");
        List<Path> scripts = files(".sh");

        assertThat(scripts).hasSizeGreaterThan(1).allSatisfy(script -> {
            assertThat(script).isExecutable();
            assertThat(variable.matcher(Files.readString(script)).results().map(MatchResult::group))
                    .isNotEmpty()
                    .isSubsetOf("ANCHORSTREAM_GENERATION", "ANCHORSTREAM_MODEL_VERSION", "ANCHORSTREAM_ITEMS");
            assertThat(new ProcessBuilder("sh", "-n", script.toString()).start().waitFor())
                    .as("the shell can read it")
                    .isZero();
        });
    }

    @Test
    void theManualNamesEveryFile() throws IOException {
        String manual = Files.readString(Path.of("..", "docs", "downstream.md"));

        assertThat(files("")).isNotEmpty().allSatisfy(file -> assertThat(manual)
                .contains("deploy/connect/" + file.getFileName()));
    }

    private static List<Path> files(String end) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private static Map<String, String> config(Path file) throws IOException {
        JsonNode root = JSON.readTree(file.toFile());
        assertThat(root.get("name").asText()).startsWith("anchorstream-");
        Map<String, String> config = new TreeMap<>();
        root.get("config")
                .properties()
                .forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
        return config;
    }

    private static Map<String, String> renames(Map<String, String> config, String key) {
        Map<String, String> renames = new TreeMap<>();
        listed(config, key).forEach(rename -> renames.put(rename.split(":", 2)[0], rename.split(":", 2)[1]));
        return renames;
    }

    private static List<String> listed(Map<String, String> config, String key) {
        String value = config.getOrDefault(key, "");
        return value.isEmpty() ? List.of() : List.of(value.split(","));
    }
}
