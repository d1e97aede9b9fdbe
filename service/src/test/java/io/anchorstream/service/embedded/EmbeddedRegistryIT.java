package io.anchorstream.service.embedded;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.topics.SubjectAdmin;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.TopicStatus;
import io.anchorstream.schemas.topics.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The registry over HTTP, and the admin steps against a real broker and registry. */
class EmbeddedRegistryIT {

    private final String prefix = SharedKafka.prefix(EmbeddedRegistryIT.class);
    private final HttpClient http = HttpClient.newHttpClient();

    private record Reply(int status, String body) {}

    @Test
    void answersTheProtocolsAddresses() throws Exception {
        String subject = prefix + "s";
        String schema = "{\"schema\":\"{\\\"type\\\":\\\"string\\\"}\"}";

        Reply registered = send("POST", "/subjects/" + subject + "/versions", schema);
        String id = registered.body().replaceAll("[^0-9]", "");

        assertThat(registered.status()).isEqualTo(200);
        assertThat(send("GET", "/schemas/ids/" + id, "").body()).isEqualTo("{\"schema\":\"\\\"string\\\"\"}");
        assertThat(send("GET", "/schemas/ids/" + id + "/schema", "").body()).isEqualTo("\"string\"");
        assertThat(send("GET", "/schemas/ids/" + id + "/versions", "").body())
                .contains("{\"subject\":\"" + subject + "\",\"version\":1}");
        assertThat(send("GET", "/subjects/" + subject + "/versions/latest/schema", "")
                        .body())
                .isEqualTo("\"string\"");
        assertThat(send("GET", "/subjects?subjectPrefix=" + prefix, "").body()).isEqualTo("[\"" + subject + "\"]");
        assertThat(send("GET", "/schemas/types", "").body()).isEqualTo("[\"AVRO\"]");
        assertThat(send("GET", "/mode", "").body()).isEqualTo("{\"mode\":\"READWRITE\"}");
        assertThat(send("GET", "/config/" + subject + "?defaultToGlobal=true", "")
                        .body())
                .isEqualTo("{\"compatibilityLevel\":\"BACKWARD\"}");
        assertThat(send("PUT", "/config/" + subject, "{\"compatibility\":\"full\"}")
                        .body())
                .isEqualTo("{\"compatibility\":\"FULL\"}");
        assertThat(send(
                                "POST",
                                "/compatibility/subjects/" + subject + "/versions/latest?verbose=true",
                                "{\"schema\":\"\\\"int\\\"\"}")
                        .body())
                .contains("\"is_compatible\":false")
                .contains("TYPE_MISMATCH");
    }

    @Test
    void refusesInConfluentsTerms() throws Exception {
        assertThat(send("GET", "/subjects/" + prefix + "none/versions", ""))
                .isEqualTo(new Reply(
                        404, "{\"error_code\":40401,\"message\":\"Subject '" + prefix + "none' not found.\"}"));
        assertThat(send("POST", "/subjects/x/versions", "{\"schema\":\"{\\\"type\\\":\\\"recor\\\"}\"}"))
                .matches(reply -> reply.status() == 422 && reply.body().contains("42201"));
        assertThat(send("POST", "/subjects/x/versions", "no json"))
                .matches(reply -> reply.status() == 400 && reply.body().contains("not the expected JSON"));
        assertThat(send("POST", "/subjects/x/versions", "{\"schema\":\"{}\",\"schemaType\":\"JSON\"}"))
                .matches(reply -> reply.status() == 422 && reply.body().contains("AVRO schemas only"));
        assertThat(
                        send(
                                "POST",
                                "/subjects/x/versions",
                                "{\"schema\":\"\\\"int\\\"\",\"references\":[{\"name\":\"a\",\"subject\":\"b\",\"version\":1}]}"))
                .matches(reply -> reply.status() == 422 && reply.body().contains("references"));
        assertThat(send("GET", "/nothing/here", ""))
                .matches(reply -> reply.status() == 404 && reply.body().contains("\"error_code\":404"));
    }

    @Test
    void theAdminStepsCreateTopicsAndSubjectsOnceAndTellDifferences() throws Exception {
        Topics topics = Topics.create(prefix, TopicSizing.of(2, 2));
        SchemaRegistry registry = SchemaRegistry.open(RegistryConfig.from(SharedKafka.clientConfig()));
        try (Admin admin = SharedKafka.admin()) {
            admin.createTopics(List.of(new NewTopic(topics.catalogItems().name(), 5, (short) 1)
                            .configs(Map.of("cleanup.policy", "delete"))))
                    .all()
                    .get(30, TimeUnit.SECONDS);

            List<TopicStatus> first = TopicAdmin.ensure(admin, topics, (short) 1);
            List<TopicStatus> second = TopicAdmin.ensure(admin, topics, (short) 1);

            assertThat(first.get(0)).isInstanceOfSatisfying(TopicStatus.Differs.class, differs -> {
                assertThat(differs.blocking()).isTrue();
                assertThat(differs.describe())
                        .contains("partitions is 5, wanted 2")
                        .contains("cleanup.policy is delete, wanted compact")
                        .contains("kafka-configs --alter");
            });
            assertThat(first.subList(1, 12)).allMatch(TopicStatus.Created.class::isInstance);
            assertThat(second.subList(1, 12)).allMatch(TopicStatus.Exists.class::isInstance);
        }

        Map<String, Integer> ids = SubjectAdmin.ensure(registry, topics);
        assertThat(ids).hasSize(13);
        assertThat(SubjectAdmin.ensure(registry, topics)).isEqualTo(ids);
        assertThat(send("GET", "/config/" + topics.catalogItems().subject(), "").body())
                .contains("BACKWARD_TRANSITIVE");
    }

    private Reply send(String method, String path, String body) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(SharedKafka.registryUrl() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), response.body());
    }
}
