package io.anchorstream.schemas.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.sun.net.httpserver.HttpServer;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HttpSchemaRegistryTest {

    private static final Schema SCHEMA =
            new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}");

    /** Answers with what the test queued; the last answer stays. */
    private final Deque<Answer> answers = new ArrayDeque<>();

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;

    private record Answer(int status, String body) {}

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            Answer answer = answers.size() > 1 ? answers.remove() : answers.element();
            byte[] body = answer.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void asksOncePerSchemaAndRemembersTheId() {
        answers.add(new Answer(200, "{\"id\":7}"));
        HttpSchemaRegistry registry = open(Map.of());

        assertThat(registry.register("shop items-value", SCHEMA)).isEqualTo(7);
        assertThat(registry.register("shop items-value", SCHEMA)).isEqualTo(7);

        assertThat(requests).containsExactly("POST /subjects/shop%20items-value/versions?normalize=false");
    }

    @Test
    void triesAgainAfterServerErrors() {
        answers.add(new Answer(503, "busy"));
        answers.add(new Answer(500, "{}"));
        answers.add(new Answer(200, "{\"schema\":\"\\\"string\\\"\"}"));

        assertThat(open(Map.of()).byId(1).getType()).isEqualTo(Schema.Type.STRING);
        assertThat(requests).hasSize(3);
    }

    @Test
    void failsOverToTheNextAddressAndStaysThere() {
        answers.add(new Answer(200, "{\"schema\":\"\\\"string\\\"\"}"));
        HttpSchemaRegistry registry = open(Map.of(RegistryConfig.URL, "http://127.0.0.1:1, " + url() + "/"));

        registry.byId(1);
        registry.byId(2);

        assertThat(requests).containsExactly("GET /schemas/ids/1", "GET /schemas/ids/2");
    }

    @Test
    void namesTheAddressAndWhatToCheckWhenNobodyAnswers() {
        assertThatThrownBy(() ->
                        open(Map.of(RegistryConfig.URL, "http://127.0.0.1:1")).byId(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("http://127.0.0.1:1")
                .hasMessageContaining("Check that it runs")
                .hasMessageContaining("schema.registry.url");
    }

    @Test
    void doesNotRepeatWhatTheRegistryRefused() {
        answers.add(new Answer(409, "{\"error_code\":409,\"message\":\"field price has no default\"}"));

        assertThatThrownBy(() -> open(Map.of()).register("s", SCHEMA))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.errorCode()).isEqualTo(409))
                .isNotInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("field price has no default")
                .hasMessageContaining("give new fields a default");
        assertThat(requests).hasSize(1);
    }

    @Test
    void tellsAnUnknownIdFromAnAbsentRegistry() {
        answers.add(new Answer(404, "{\"error_code\":40403,\"message\":\"Schema 99 not found\"}"));

        assertThatThrownBy(() -> open(Map.of()).byId(99))
                .isInstanceOf(RegistryException.class)
                .isNotInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("Schema 99 not found")
                .hasMessageContaining("another registry");
    }

    @Test
    void saysSoWhenSomethingElseAnswersThere() {
        answers.add(new Answer(200, "<html>Welcome</html>"));

        assertThatThrownBy(() -> open(Map.of()).byId(1))
                .hasMessageContaining("does not speak the registry's protocol")
                .hasMessageContaining("<html>");
    }

    @Test
    void sendsBasicCredentialsFromUserInfoOrUrl() {
        answers.add(new Answer(200, "{\"schema\":\"\\\"string\\\"\"}"));

        open(Map.of("basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "ada:secret"))
                .byId(1);
        open(Map.of(RegistryConfig.URL, url().replace("http://", "http://ada:secret@")))
                .byId(1);
        open(Map.of("bearer.auth.token", "t0ken")).byId(1);

        assertThat(authorizations).containsExactly("Basic YWRhOnNlY3JldA==", "Basic YWRhOnNlY3JldA==", "Bearer t0ken");
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private HttpSchemaRegistry open(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>();
        config.put(RegistryConfig.URL, url());
        config.put(RegistryConfig.BACKOFF_MS, "1");
        config.putAll(more);
        return new HttpSchemaRegistry(RegistryConfig.from(config));
    }
}
