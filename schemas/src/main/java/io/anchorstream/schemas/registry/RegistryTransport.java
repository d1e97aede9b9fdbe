package io.anchorstream.schemas.registry;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request until some registry answers it: each address is tried several times with growing pauses, then the
 * next one, beginning with the address that worked last.
 */
final class RegistryTransport {

    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RegistryConfig config;
    private final HttpClient client;
    private final AtomicInteger preferred = new AtomicInteger();

    RegistryTransport(RegistryConfig config) {
        this.config = config;
        // Registries behind HTTP/1.1 proxies stumble over the upgrade header that HTTP/2 clients send.
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL);
        if (config.tls() != null) {
            builder.sslContext(config.tls());
        }
        this.client = builder.build();
    }

    /** The answer's JSON; a refusal becomes a RegistryException, silence a RegistryUnavailableException. */
    JsonNode send(String method, String path, @Nullable String body) {
        int start = preferred.get();
        IOException last = new IOException("no address");
        for (int turn = 0; turn < config.urls().size(); turn++) {
            int index = (start + turn) % config.urls().size();
            URI url = config.urls().get(index);
            Duration pause = config.backoff();
            for (int attempt = 0; attempt <= config.retries(); attempt++) {
                try {
                    HttpResponse<String> response =
                            client.send(request(url, method, path, body), HttpResponse.BodyHandlers.ofString());
                    int status = response.statusCode();
                    if (status < 500 && status != 429) {
                        preferred.set(index);
                        return answer(url, method, path, response);
                    }
                    last = new IOException("HTTP " + status + " from " + url + ": " + abbreviate(response.body()));
                } catch (IOException e) {
                    last = new IOException(url + ": " + reason(e), e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new RegistryUnavailableException("Interrupted while asking the registry at " + url + ".", e);
                }
                if (attempt < config.retries()) {
                    pause = pause(pause, url);
                }
            }
        }
        throw new RegistryUnavailableException(
                "No schema registry answered " + method + " " + path + " at " + config.urls() + " after "
                        + (config.retries() + 1) + " attempts each (last: " + last.getMessage() + "). Check that it"
                        + " runs, that " + RegistryConfig.URL + " names it, and that a proxy or firewall lets it"
                        + " through.",
                last);
    }

    private HttpRequest request(URI url, String method, String path, @Nullable String body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(config.timeout())
                .header("Accept", CONTENT_TYPE + ", application/json");
        if (config.authorization() != null) {
            builder.header("Authorization", config.authorization());
        }
        if (body == null) {
            return builder.method(method, HttpRequest.BodyPublishers.noBody()).build();
        }
        return builder.header("Content-Type", CONTENT_TYPE)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static JsonNode answer(URI url, String method, String path, HttpResponse<String> response) {
        int status = response.statusCode();
        JsonNode json;
        try {
            json = JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new RegistryException(
                    status,
                    url + " does not speak the registry's protocol: " + method + " " + path + " gave HTTP " + status
                            + " and no JSON: " + abbreviate(response.body()),
                    e);
        }
        if (status / 100 == 2) {
            return json;
        }
        int code = json.path("error_code").asInt(status);
        String message = json.path("message").asText(abbreviate(response.body()));
        throw new RegistryException(
                code,
                "The registry at " + url + " refused " + method + " " + path + " (" + code + "): " + message
                        + advice(status, code));
    }

    private static String advice(int status, int code) {
        if (code == 40403) {
            return " - the record was written against another registry, or the schema is not registered yet.";
        }
        return switch (status) {
            case 401, 403 -> " - check " + RegistryConfig.USER_INFO + " and its rights.";
            case 409 -> " - the schema breaks the subject's compatibility level; give new fields a default.";
            default -> "";
        };
    }

    private static Duration pause(Duration pause, URI url) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("Interrupted while waiting for the registry at " + url + ".", e);
        }
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String abbreviate(String text) {
        return text.length() > 300 ? text.substring(0, 300) + "..." : text;
    }
}
