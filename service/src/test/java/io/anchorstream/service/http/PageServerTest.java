package io.anchorstream.service.http;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private PageFixture page;
    private List<DrawnCatalogue.Drawing> drawings;

    @BeforeAll
    void start(@TempDir Path folder) {
        page = new PageFixture(folder, 0);
        drawings = DrawnCatalogue.draw(12);
        page.feed(drawings);
        page.pipeline().tick();
    }

    @AfterAll
    void stop() {
        page.close();
    }

    @Test
    void pagesTheWallInOneOrderForOneSeed() throws Exception {
        JsonNode whole = json(get("/api/items?seed=5&count=60"));
        JsonNode second = json(get("/api/items?seed=5&from=10&count=10"));

        assertThat(whole.get("total").asInt()).isEqualTo(60);
        assertThat(second.get("items").get(0)).isEqualTo(whole.get("items").get(10));
        assertThat(json(get("/api/items?seed=6&count=60")).get("items")).isNotEqualTo(whole.get("items"));
    }

    @Test
    void answersUnderBothGenerationsAndFindsOtherDrawingsOfTheProduct() throws Exception {
        JsonNode answer = json(get("/api/neighbours?k=4&crossDomain=true&id="
                + encoded(drawings.get(0).id())));

        assertThat(answer.get("before").get("generation").asLong()).isZero();
        assertThat(answer.get("after").get("generation").asLong()).isEqualTo(1);
        assertThat(answer.get("relevant").asInt()).isEqualTo(4);
        assertThat(answer.get("after").get("hits"))
                .hasSize(4)
                .allSatisfy(
                        hit -> assertThat(hit.get("sameProduct").asBoolean()).isTrue())
                .allSatisfy(hit -> assertThat(hit.get("domain").asText())
                        .isNotEqualTo(drawings.get(0).domain()));
    }

    @Test
    void searchesByUploadedPicture() throws Exception {
        HttpResponse<String> response = post(drawings.get(7).png());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).get("before").get("hits").get(0).get("id").asText())
                .isEqualTo(drawings.get(7).id());
    }

    @Test
    void refusesAnUploadAboveTheLimitWithWords() throws Exception {
        HttpResponse<String> response = post(new byte[PageSettings.DEFAULT_UPLOAD_BYTES + 1]);

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(json(response).get("error").asText()).contains("10 MB");
    }

    @Test
    void readsNoMoreUploadsAtOnceThanThereArePlaces() {
        SlowSenders senders = new SlowSenders(1, () -> 0);
        InputStream late = new FilterInputStream(new ByteArrayInputStream(new byte[] {'x'})) {
            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
                assertThatThrownBy(() -> senders.read(new ByteArrayInputStream(new byte[1]), 1))
                        .as("while this one is being read")
                        .isInstanceOf(ApiException.class)
                        .hasMessageContaining("other pictures");
                return super.read(bytes, from, count);
            }
        };

        assertThat(senders.read(late, 1)).containsExactly((byte) 'x');
    }

    @Test
    void endsAnUploadThatDribbles() {
        long[] now = {0};
        InputStream dribble = new InputStream() {
            @Override
            public int read() {
                now[0] += 1_000_000_000L;
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int from, int count) {
                bytes[from] = (byte) read();
                return 1;
            }
        };
        SlowSenders senders = new SlowSenders(1, () -> now[0]);

        for (int i = 0; i < 2; i++) { // the place is free again each time
            assertThatThrownBy(() -> senders.read(dribble, 1000))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("too slowly");
        }
        assertThat(now[0]).isEqualTo(12_000_000_000L);
        assertThat(senders.read(new ByteArrayInputStream(new byte[50_000]), 40_000))
                .hasSize(40_000);
    }

    @Test
    void refusesWhatIsNoPictureWithWords() throws Exception {
        HttpResponse<String> response = post("hello".getBytes(StandardCharsets.UTF_8));

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(json(response).get("error").asText()).contains("can't be used as a query");
    }

    @Test
    void sendsPicturesAsWhatTheirBytesSay() throws Exception {
        HttpResponse<byte[]> response =
                client.send(request("/api/picture?id=" + encoded(drawings.get(0).id())), BodyHandlers.ofByteArray());

        assertThat(response.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(response.body()).isEqualTo(drawings.get(0).png());
    }

    @Test
    void lockedDownByHeadersOnEveryAnswer() throws Exception {
        for (String path : List.of("/", "/styles.css", "/api/status", "/api/item?id=none", "/health/live")) {
            var headers = get(path).headers();
            assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
                    .as(path)
                    .contains("default-src 'none'")
                    .doesNotContain("unsafe");
            assertThat(headers.firstValue("X-Frame-Options")).as(path).hasValue("DENY");
        }
    }

    @Test
    void explainsWhatIsWrongWithARequest() throws Exception {
        assertThat(error("/api/item?id=none", 404)).contains("no item none");
        assertThat(error("/api/neighbours", 400)).contains("\"id\" is missing");
        assertThat(error("/api/items?count=9999", 400)).contains("1 to 200");
        assertThat(error("/api/items?count=many", 400)).contains("whole number");
        assertThat(error("/api/nothing", 404)).contains("/api/nothing");
    }

    @Test
    void answersHealthChecksAndMetrics() throws Exception {
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").body()).contains("\"ok\":true");
        assertThat(get("/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void showsThePipelineAtOneMoment() throws Exception {
        JsonNode pipeline = json(get("/api/pipeline"));

        assertThat(pipeline.get("embedded").asInt()).isEqualTo(60);
        assertThat(pipeline.get("servingGeneration").asInt()).isEqualTo(1);
        assertThat(pipeline.get("lag").get("label").asInt()).isEqualTo(12);
    }

    @Test
    void saysThatAPortIsTaken(@TempDir Path folder) {
        int port = URI.create(page.address()).getPort();

        assertThatThrownBy(() -> new PageFixture(folder, port))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("port " + port)
                .hasMessageContaining("http.port");
    }

    private String error(String path, int status) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(status);
        return json(response).get("error").asText();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(byte[] body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(page.address() + "/api/search?k=3"))
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(page.address() + path)).build();
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
