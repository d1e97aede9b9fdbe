package io.anchorstream.service.fetch;

import java.time.Duration;
import java.util.Set;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;

/**
 * How pictures are fetched.
 *
 * @param perHost requests at once to one host
 * @param timeout to connect, and again between two packets
 * @param deadline for one picture, redirects and further attempts included
 * @param retries further attempts after a connection failure, 429 or 5xx
 * @param backoff wait before the first further attempt; doubles each time
 * @param maxBytes largest picture
 * @param redirects followed for one picture
 * @param trustedHosts names whose addresses may be private, such as an image server of one's own network
 */
public record FetchSettings(
        int perHost,
        Duration timeout,
        Duration deadline,
        int retries,
        Duration backoff,
        long maxBytes,
        int redirects,
        Set<String> trustedHosts) {
    public FetchSettings {
        trustedHosts = Set.copyOf(trustedHosts);
    }

    /** By the {@code fetch.*} keys. */
    public static FetchSettings of(Settings settings) {
        return new FetchSettings(
                settings.get(Keys.FETCH_PER_HOST),
                settings.get(Keys.FETCH_TIMEOUT),
                settings.get(Keys.FETCH_DEADLINE),
                settings.get(Keys.FETCH_RETRIES),
                Duration.ofSeconds(1),
                settings.get(Keys.FETCH_MAX_BYTES),
                settings.get(Keys.FETCH_REDIRECTS),
                settings.get(Keys.FETCH_TRUSTED));
    }
}
