package io.anchorstream.service.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OperationsServerTest {
    @Test
    void answersHealthAndMetricsWithoutThePage() throws Exception {
        try (OperationsServer server = OperationsServer.start(
                PageSettings.local(0),
                () -> "up 1",
                () -> new HealthProbe.Health(true, Map.of("label", "running")),
                () -> new HealthProbe.Health(false, Map.of("label", "rebalancing")))) {
            assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(server, "/health/live").body()).contains("running");
            assertThat(get(server, "/health/ready").statusCode()).isEqualTo(503);
            assertThat(get(server, "/metrics").body()).isEqualTo("up 1");
            assertThat(get(server, "/metrics").headers().firstValue("X-Frame-Options"))
                    .contains("DENY");
            assertThat(get(server, "/").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(OperationsServer server, String path)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.address() + path))
                                .build(),
                        BodyHandlers.ofString());
    }
}
