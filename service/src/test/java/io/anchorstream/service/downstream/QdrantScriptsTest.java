package io.anchorstream.service.downstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What the scripts for Qdrant ask of it and of Kafka Connect; a stand-in for curl notes it down. */
class QdrantScriptsTest {
    private static final Path SCRIPTS = Path.of("..", "deploy", "connect").toAbsolutePath();
    private static final String CURL = """
            #!/bin/sh
            method=GET
            echo "$*" >>lines
            while [ $# -gt 0 ]; do
                case $1 in -X) method=$2; shift ;; -d) body=$2; shift ;; -H) [ "$2" != @- ] || cat >>headers; shift ;; http*) url=$1 ;; esac
                shift
            done
            [ "${body:-}" = @- ] && body=$(cat)
            case $url in */points/count) [ "$body" = '{"exact": true}' ] || exit 22; cat count; exit ;; esac
            [ $method = GET ] || echo $method $url ${body:-} >>calls
            case $url in *"$AWAY"*) exit 7 ;; esac
            [ $method != GET ] || cat "${url##*/}"
            """;

    private final Path folder;

    QdrantScriptsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void prepare() throws IOException {
        Path curl = Files.writeString(folder.resolve("curl"), CURL);
        assertThat(curl.toFile().setExecutable(true)).isTrue();
        there("", "", "");
        points(200);
    }

    @Test
    void aGenerationGetsACollectionAndTheConnectorThatFillsIt() throws Exception {
        assertThat(run("open-qdrant.sh", 12, "nothing")).isZero();

        List<String> calls = calls();
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0)).startsWith("PUT http://qdrant/collections/embeddings-12 ");
        assertThat(body(calls.get(0))).isEqualTo(json("{\"vectors\": {\"size\": 256, \"distance\": \"Dot\"}}"));
        assertThat(calls.get(1)).startsWith("POST http://connect/connectors ");
        JsonNode connector = body(calls.get(1));
        assertThat(connector.get("name").asText()).isEqualTo("anchorstream-qdrant-12");
        assertThat(connector.get("config").get("transforms.point.generation").asText())
                .isEqualTo("12");
        assertThat(connector.get("config").get("transforms.point.collection").asText())
                .isEqualTo("embeddings-12");
        assertThat(connector.toString()).doesNotContain("GENERATION");
    }

    @Test
    void whatIsThereIsLeftAsItIs() throws Exception {
        there("embeddings-12", "", "anchorstream-qdrant-12");
        collectionOf(256);

        assertThat(run("open-qdrant.sh", 12, "nothing")).isZero();
        assertThat(calls()).isEmpty();
    }

    @Test
    void aCollectionOfAnotherDimensionIsRefused() throws Exception {
        there("embeddings-12", "", "");
        collectionOf(512);

        assertThat(run("open-qdrant.sh", 12, "nothing")).isNotZero();
        assertThat(calls()).isEmpty();
        assertThat(Files.readString(folder.resolve("output"))).contains("512", "256", "DIMENSION");
    }

    @Test
    void theKeyIsOnNoCommandLine() throws Exception {
        assertThat(run("open-qdrant.sh", 12, "nothing")).isZero();
        assertThat(run("swap-qdrant.sh", 12, "nothing")).isZero();

        assertThat(Files.readString(folder.resolve("lines"))).doesNotContain("s3cret");
        assertThat(Files.readAllLines(folder.resolve("headers")))
                .hasSizeGreaterThan(3)
                .containsOnly("api-key: s3cret");
    }

    @Test
    void nothingIsSwappedBeforeThePointsAreThere() throws Exception {
        there("embeddings-3", "", "anchorstream-qdrant-3");
        points(197);

        assertThat(run("swap-qdrant.sh", 3, "nothing")).isNotZero();
        assertThat(calls()).isEmpty();
        assertThat(Files.readString(folder.resolve("output"))).contains("197 points for 200 items", "MISSING");

        points(198);
        assertThat(run("swap-qdrant.sh", 3, "nothing")).as("two were deleted").isZero();
    }

    @Test
    void aListThatCannotBeReadIsNoEmptyOne() throws Exception {
        there("embeddings-9\",\"embeddings-10", "embeddings", "anchorstream-qdrant-9");

        assertThat(run("swap-qdrant.sh", 10, "http://connect/connectors")).isNotZero();
        assertThat(calls()).noneMatch(call -> call.startsWith("DELETE"));
    }

    @Test
    void aConnectorWithoutCollectionIsNeverMade() throws Exception {
        assertThat(run("open-qdrant.sh", 12, "http://qdrant")).isNotZero();

        assertThat(calls()).noneMatch(call -> call.contains("connectors"));
    }

    @Test
    void theFirstCompletionMakesTheAlias() throws Exception {
        there("embeddings-3", "", "anchorstream-qdrant-3");

        assertThat(run("swap-qdrant.sh", 3, "nothing")).isZero();
        assertThat(calls()).singleElement().satisfies(call -> {
            assertThat(call).startsWith("POST http://qdrant/collections/aliases ");
            assertThat(body(call)).isEqualTo(json("""
                    {"actions": [{"create_alias": {"alias_name": "embeddings", "collection_name": "embeddings-3"}}]}"""));
        });
    }

    @Test
    void theNextMovesItAndRemovesWhatIsOlderAlone() throws Exception {
        there(
                "embeddings-8\",\"embeddings-9\",\"embeddings-10\",\"embeddings-11\",\"other-2",
                "embeddings",
                "anchorstream-qdrant-9\",\"anchorstream-qdrant-10\",\"anchorstream-qdrant-11\",\"anchorstream-pgvector");

        assertThat(run("swap-qdrant.sh", 10, "nothing")).isZero();
        List<String> calls = calls();
        assertThat(body(calls.get(0))).isEqualTo(json("""
                {"actions": [{"delete_alias": {"alias_name": "embeddings"}},
                    {"create_alias": {"alias_name": "embeddings", "collection_name": "embeddings-10"}}]}"""));
        assertThat(calls.subList(1, calls.size()))
                .as("connectors first: they would fail without their collection")
                .containsExactly(
                        "DELETE http://connect/connectors/anchorstream-qdrant-9",
                        "DELETE http://qdrant/collections/embeddings-8",
                        "DELETE http://qdrant/collections/embeddings-9");
    }

    @Test
    void aSwapThatFailsRemovesNothing() throws Exception {
        there("embeddings-9\",\"embeddings-10", "embeddings", "anchorstream-qdrant-9");

        assertThat(run("swap-qdrant.sh", 10, "http://qdrant/collections/aliases"))
                .isNotZero();
        assertThat(calls()).hasSize(1);
    }

    private void there(String collections, String alias, String connectors) throws IOException {
        Files.writeString(folder.resolve("collections"), "{\"result\":{\"collections\":[\"" + collections + "\"]}}");
        Files.writeString(folder.resolve("aliases"), "{\"result\":{\"aliases\":[{\"alias_name\":\"" + alias + "\"}]}}");
        Files.writeString(folder.resolve("connectors"), "[\"" + connectors + "\"]");
    }

    private void collectionOf(int dimension) throws IOException {
        Files.writeString(
                folder.resolve("embeddings-12"),
                "{\"result\":{\"config\":{\"params\":{\"vectors\":{\"size\":" + dimension
                        + ",\"distance\":\"Dot\"},\"shard_number\":1}}},\"status\":\"ok\"}");
    }

    private void points(int count) throws IOException {
        Files.writeString(folder.resolve("count"), "{\"result\":{\"count\":" + count + "},\"status\":\"ok\"}");
    }

    private int run(String script, long generation, String away) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        "sh", SCRIPTS.resolve(script).toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().merge("PATH", folder.toString(), (path, first) -> first + ":" + path);
        builder.environment().put("QDRANT_URL", "http://qdrant");
        builder.environment().put("CONNECT_URL", "http://connect");
        builder.environment().put("ANCHORSTREAM_GENERATION", Long.toString(generation));
        builder.environment().put("ANCHORSTREAM_ITEMS", "200");
        builder.environment().put("QDRANT_API_KEY", "s3cret");
        builder.environment().put("AWAY", away);
        return builder.start().waitFor();
    }

    private List<String> calls() throws IOException {
        Path calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls, StandardCharsets.UTF_8) : List.of();
    }

    private static JsonNode body(String call) throws IOException {
        return json(call.split(" ", 3)[2]);
    }

    private static JsonNode json(String text) throws IOException {
        return JsonMapper.builder().build().readTree(text);
    }
}
