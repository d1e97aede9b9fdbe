package io.anchorstream.schemas.registry;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;

import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Where the registry is and how to speak to it, under Confluent's names, so that existing client configuration works
 * unchanged.
 *
 * @param urls base addresses, tried in order; user information is taken out of them
 * @param authorization value of the Authorization header, or null; never printed
 * @param timeout for one request
 * @param retries further attempts at one address after a connection failure or a server error
 * @param backoff wait before the first further attempt; doubles each time
 * @param normalize asks the registry to compare schemas in normal form
 * @param tls how to speak TLS, or null for the JVM's own trust store
 */
public record RegistryConfig(
        List<URI> urls,
        @Nullable String authorization,
        Duration timeout,
        int retries,
        Duration backoff,
        boolean normalize,
        @Nullable SSLContext tls) {

    public static final String URL = "schema.registry.url";
    public static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
    public static final String USER_INFO = "basic.auth.user.info";
    public static final String USER_INFO_LONG = "schema.registry.basic.auth.user.info";
    public static final String BEARER_SOURCE = "bearer.auth.credentials.source";
    public static final String BEARER_TOKEN = "bearer.auth.token";
    public static final String NORMALIZE = "normalize.schemas";
    public static final String TIMEOUT_MS = "schema.registry.request.timeout.ms";
    public static final String RETRIES = "max.retries";
    public static final String BACKOFF_MS = "retries.wait.ms";

    private static final String MOCK = "mock";

    public RegistryConfig {
        urls = List.copyOf(urls);
    }

    /**
     * Reads the configuration; keys it does not know are ignored, since it shares the map with Kafka's clients.
     *
     * @throws ConfigException naming the key, the value and what it may be
     */
    public static RegistryConfig from(Map<String, ?> config) {
        Object given = config.get(URL);
        String list = given instanceof List<?> items
                ? String.join(",", items.stream().map(String::valueOf).toList())
                : given == null ? "" : given.toString();
        List<URI> urls = Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(url -> !url.isEmpty())
                .map(RegistryConfig::address)
                .toList();
        if (urls.isEmpty()) {
            throw new ConfigException(
                    URL,
                    given,
                    "is required: the registry's address, e.g. http://localhost:8081 (several separated by commas),"
                            + " or mock://any-name in tests");
        }
        if (urls.size() > 1 && urls.stream().anyMatch(url -> MOCK.equals(url.getScheme()))) {
            throw new ConfigException(URL, hidden(list), "mixes mock:// with other addresses");
        }
        return new RegistryConfig(
                urls.stream().map(RegistryConfig::withoutUser).toList(),
                authorization(config, urls),
                Duration.ofMillis(number(config, TIMEOUT_MS, 10_000)),
                number(config, RETRIES, 3),
                Duration.ofMillis(number(config, BACKOFF_MS, 200)),
                Boolean.parseBoolean(text(config, NORMALIZE, "false")),
                RegistryTls.context(config));
    }

    /** The scope of a {@code mock://scope} address, else null. */
    public @Nullable String mockScope() {
        URI first = urls.get(0);
        return MOCK.equals(first.getScheme()) ? first.toString().substring("mock://".length()) : null;
    }

    @Override
    public String toString() {
        return "RegistryConfig[urls=" + urls + ", authorization=" + (authorization == null ? "none" : "set")
                + ", timeout=" + timeout + ", retries=" + retries + ", backoff=" + backoff + ", normalize=" + normalize
                + ", tls=" + (tls == null ? "standard" : "own") + "]";
    }

    private static URI address(String url) {
        URI uri;
        try {
            uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(URL, hidden(url), "is not an address");
        }
        String scheme = uri.getScheme();
        if (!MOCK.equals(scheme) && !"http".equals(scheme) && !"https".equals(scheme)) {
            throw new ConfigException(URL, hidden(url), "must begin with http://, https:// or mock://");
        }
        return uri;
    }

    private static URI withoutUser(URI uri) {
        return uri.getRawUserInfo() == null ? uri : URI.create(hidden(uri.toString()));
    }

    /** An address as it may be shown: without user and password. */
    private static String hidden(String url) {
        return url.replaceAll("//[^/,]*@", "//");
    }

    private static @Nullable String authorization(Map<String, ?> config, List<URI> urls) {
        String bearer = text(config, BEARER_TOKEN, "");
        String bearerSource = text(config, BEARER_SOURCE, bearer.isEmpty() ? "" : "STATIC_TOKEN");
        if (!bearerSource.isEmpty()) {
            if (!bearerSource.equals("STATIC_TOKEN")) {
                throw new ConfigException(BEARER_SOURCE, bearerSource, "must be STATIC_TOKEN");
            }
            if (bearer.isEmpty()) {
                throw new ConfigException(BEARER_TOKEN, "", "is required with " + BEARER_SOURCE + "=STATIC_TOKEN");
            }
            return "Bearer " + bearer;
        }
        String source = text(config, CREDENTIALS_SOURCE, "URL").toUpperCase(Locale.ROOT);
        String user =
                switch (source) {
                    case "URL" ->
                        urls.stream()
                                .map(URI::getUserInfo)
                                .filter(info -> info != null)
                                .findFirst()
                                .orElse("");
                    case "USER_INFO" -> {
                        String info = text(config, USER_INFO, text(config, USER_INFO_LONG, ""));
                        if (!info.contains(":")) {
                            throw new ConfigException(USER_INFO, "[hidden]", "must be user:password with " + source);
                        }
                        yield info;
                    }
                    default -> throw new ConfigException(CREDENTIALS_SOURCE, source, "must be URL or USER_INFO");
                };
        return user.isEmpty()
                ? null
                : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Map<String, ?> config, String key, String fallback) {
        Object value = config.get(key);
        return value == null ? fallback : value.toString().strip();
    }

    private static int number(Map<String, ?> config, String key, int fallback) {
        String value = text(config, key, Integer.toString(fallback));
        try {
            int number = Integer.parseInt(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(key, value, "must be a whole number");
        }
        throw new ConfigException(key, value, "must not be negative");
    }
}
