package io.anchorstream.service.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.anchorstream.model.image.PictureMagic;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Fetches pictures with the care that addresses written by strangers need: public addresses only, few redirects, a size
 * cap, a check of declared type and first bytes, a bounded number of requests to each host. Safe for use by several
 * threads.
 */
public final class PictureFetcher implements AutoCloseable {
    private static final int THREADS = 32;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Http1Config HEADERS = Http1Config.custom()
            .setMaxLineLength(8 * 1024)
            .setMaxHeaderCount(100)
            .build();

    private final FetchSettings settings;
    private final CloseableHttpClient client;
    private final ExecutorService threads;
    private final ScheduledThreadPoolExecutor deadlines;
    private final HostLanes lanes;

    public PictureFetcher(FetchSettings settings) {
        this(settings, SystemDefaultDnsResolver.INSTANCE);
    }

    PictureFetcher(FetchSettings settings, DnsResolver names) {
        this.settings = settings;
        Timeout timeout = Timeout.of(settings.timeout());
        this.client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(HEADERS)
                                .build())
                        .setDnsResolver(new GuardedResolver(names, settings.trustedHosts()))
                        .setMaxConnPerRoute(settings.perHost())
                        .setMaxConnTotal(THREADS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(timeout)
                                .setSocketTimeout(timeout)
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(timeout)
                        .setConnectionRequestTimeout(timeout)
                        .build())
                .setUserAgent("anchorstream")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> daemon(task, "picture-fetch"));
        this.deadlines = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "picture-deadline"));
        deadlines.setRemoveOnCancelPolicy(true);
        this.lanes = new HostLanes(threads, settings.perHost());
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Fetches in the background; the future fails with a {@link FetchException}, or with the Error that happened. Once it
     * is cancelled, a fetch that has not begun never does.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback's own outcome is nothing
    public CompletableFuture<byte[]> fetch(String address) {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        try {
            URI uri = PictureAddress.parse(address);
            String host = uri.getHost().toLowerCase(Locale.ROOT);
            Runnable task = () -> {
                if (result.isDone()) {
                    return;
                }
                try {
                    result.complete(patiently(uri));
                } catch (FetchException e) {
                    result.completeExceptionally(e);
                } catch (RuntimeException e) {
                    result.completeExceptionally(new FetchException(uri + ": " + e, e));
                } catch (Throwable e) { // an Error says nothing about the picture, but whoever waits must hear of it
                    result.completeExceptionally(e);
                }
            };
            lanes.run(host, task);
            result.whenComplete((picture, failure) -> {
                if (failure instanceof CancellationException) {
                    lanes.forget(host, task);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new FetchException(address + " came after the fetcher was closed", e));
        } catch (FetchException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        deadlines.shutdownNow();
        client.close();
    }

    private byte[] patiently(URI uri) throws FetchException {
        long end = System.nanoTime() + settings.deadline().toNanos();
        Duration pause = settings.backoff();
        for (int attempt = 0; ; attempt++) {
            try {
                return follow(uri, end);
            } catch (BusyException e) {
                Duration wait = e.retryAfter.orElse(pause);
                boolean late = System.nanoTime() + wait.toNanos() > end;
                if (attempt >= settings.retries() || late) {
                    throw new FetchException(
                            uri + " could not be fetched in " + (attempt + 1)
                                    + (attempt == 0 ? " attempt: " : " attempts: ") + e.getMessage(),
                            e);
                }
                sleep(wait);
                pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
            }
        }
    }

    private byte[] follow(URI first, long end) throws FetchException, BusyException {
        URI uri = first;
        for (int hop = 0; hop <= settings.redirects(); hop++) {
            Answer answer = get(uri, end);
            if (answer.moved.isEmpty()) {
                return answer.picture;
            }
            uri = PictureAddress.parse(uri.resolve(answer.moved.get()).toString());
        }
        throw new FetchException(first + " redirects more than " + settings.redirects() + " times");
    }

    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Answer(byte[] picture, Optional<String> moved) {}

    private Answer get(URI uri, long end) throws FetchException, BusyException {
        HttpGet request = new HttpGet(uri);
        request.setHeader(HttpHeaders.ACCEPT, "image/*");
        // Socket time-outs begin anew with each byte; a server that dribbles is stopped by the clock alone.
        ScheduledFuture<?> limit =
                deadlines.schedule(() -> request.cancel(), end - System.nanoTime(), TimeUnit.NANOSECONDS);
        try {
            return client.execute(request, response -> {
                try {
                    Answer answer = answer(uri, response, end);
                    if (answer.moved.isPresent()) {
                        request.cancel(); // the client would read the body of the redirect to its end, if it has one
                        response.setEntity(null);
                    }
                    return answer;
                } catch (FetchException | BusyException e) {
                    request.cancel(); // what is left of the body is not wanted
                    throw new CarriedException(e);
                }
            });
        } catch (CarriedException e) {
            if (e.getCause() instanceof FetchException refused) {
                throw refused;
            }
            throw (BusyException) e.getCause();
        } catch (GuardedResolver.RefusedAddressException e) {
            throw new FetchException(uri + ": " + e.getMessage(), e);
        } catch (ClientProtocolException | MessageConstraintException e) {
            throw new FetchException(uri + " does not answer as HTTP says: " + e.getMessage(), e);
        } catch (IOException e) {
            if (System.nanoTime() >= end) {
                throw late();
            }
            throw new BusyException(e.getMessage() == null ? e.toString() : e.getMessage(), Optional.empty());
        } finally {
            limit.cancel(false);
        }
    }

    private Answer answer(URI uri, ClassicHttpResponse response, long end)
            throws FetchException, BusyException, IOException {
        int status = response.getCode();
        Header location = response.getFirstHeader(HttpHeaders.LOCATION);
        if (status / 100 == 3 && location != null) {
            return new Answer(new byte[0], Optional.of(location.getValue()));
        }
        if (status == 429 || status >= 500) {
            throw new BusyException("HTTP " + status, retryAfter(response));
        }
        HttpEntity entity = response.getEntity();
        if (status != 200 || entity == null) {
            throw new FetchException(uri + " answers HTTP " + status);
        }
        requirePicture(uri, entity.getContentType());
        if (entity.getContentLength() > settings.maxBytes()) {
            throw tooLarge(uri, entity.getContentLength() + " bytes");
        }
        byte[] bytes = read(uri, entity, end);
        // A canonical picture is this program's own form, which no server has to send.
        if (!PictureMagic.isPicture(bytes)) {
            throw new FetchException(uri + " sends no picture that can be used: "
                    + PictureMagic.fault(bytes).orElse("a canonical one"));
        }
        return new Answer(bytes, Optional.empty());
    }

    private byte[] read(URI uri, HttpEntity entity, long end) throws IOException, FetchException, BusyException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        InputStream body = entity.getContent();
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            bytes.write(buffer, 0, count);
            if (bytes.size() > settings.maxBytes()) {
                throw tooLarge(uri, "more");
            }
            if (System.nanoTime() > end) {
                throw late();
            }
        }
        return bytes.toByteArray();
    }

    private BusyException late() {
        return new BusyException("not complete after " + settings.deadline().toSeconds() + " s", Optional.empty());
    }

    private FetchException tooLarge(URI uri, String size) {
        return new FetchException(uri + " is too large: " + size + ", at most " + settings.maxBytes()
                + " bytes; fetch.max-bytes sets it");
    }

    private static void requirePicture(URI uri, @Nullable String type) throws FetchException {
        if (type == null) {
            return;
        }
        String plain = type.toLowerCase(Locale.ROOT);
        // Object stores often know no better than octet-stream; the first bytes decide then.
        if (!plain.startsWith("image/") && !plain.startsWith("application/octet-stream")) {
            throw new FetchException(uri + " is declared as " + type + ", not as a picture");
        }
    }

    private static Optional<Duration> retryAfter(ClassicHttpResponse response) {
        Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        return header != null && header.getValue().matches("\\d{1,5}")
                ? Optional.of(shorter(Duration.ofSeconds(Long.parseLong(header.getValue())), LONGEST_PAUSE))
                : Optional.empty();
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static void sleep(Duration time) throws FetchException {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException("interrupted while waiting for another attempt", e);
        }
    }

    /** Worth another attempt. */
    private static final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Optional<Duration> retryAfter;

        BusyException(String message, Optional<Duration> retryAfter) {
            super(message);
            this.retryAfter = retryAfter;
        }
    }

    /** Brings our own exceptions past the HTTP client. */
    private static final class CarriedException extends IOException {
        private static final long serialVersionUID = 1L;

        CarriedException(Exception cause) {
            super(cause);
        }
    }
}
