package io.anchorstream.service.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

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

    @Test
    void letsNobodyChangeAnythingWithoutTheToken() throws Exception {
        try (OperationsServer closed = start("127.0.0.1", Optional.empty());
                OperationsServer open = start("127.0.0.1", Optional.of("s3cret"))) {
            assertThat(post(closed, "Bearer s3cret").statusCode()).isEqualTo(403);
            assertThat(post(closed, "Bearer s3cret").body()).contains("http.token");
            assertThat(post(open, "Bearer wrong").statusCode()).isEqualTo(401);
            assertThat(post(open, "s3cret").statusCode()).isEqualTo(401);
            assertThat(post(open, "Bearer s3cret").statusCode()).isEqualTo(200);
            assertThat(get(open, "/health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void servesAPageForThisMachineUnderNoOtherName() throws Exception {
        try (OperationsServer local = start("127.0.0.1", Optional.empty());
                OperationsServer everywhere = start("0.0.0.0", Optional.empty())) {
            assertThat(status(local, "localhost")).contains(" 200 ");
            assertThat(status(local, "127.0.0.1:8080")).contains(" 200 ");
            assertThat(status(local, "rebound.example")).contains(" 403 ");
            assertThat(status(everywhere, "shop.example")).contains(" 200 ");
        }
    }

    private static OperationsServer start(String host, Optional<String> token) {
        HealthProbe well = () -> new HealthProbe.Health(true, Map.of());
        return OperationsServer.start(
                new PageSettings(host, 0, 1000, token),
                () -> "",
                well,
                well,
                config -> config.routes.post("/change", ctx -> ctx.result("changed")));
    }

    private static HttpResponse<String> post(OperationsServer server, String authorization)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.address() + "/change"))
                                .header("Authorization", authorization)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
    }

    /** The status line under a Host header of one's own, which Java's client does not let one set. */
    private static String status(OperationsServer server, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write(("GET /health/live HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
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
