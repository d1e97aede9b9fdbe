package io.anchorstream.service.fetch;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PictureFetcherTest {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1, 2, 3};

    private final Map<String, HttpHandler> pages = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer server;
    private String base;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            HttpHandler page = pages.get(exchange.getRequestURI().getPath());
            if (page == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                page.handle(exchange);
            }
            exchange.close();
        });
        server.start();
        base = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void fetchesAPictureThroughARedirect() throws Exception {
        pages.put("/moved", exchange -> redirect(exchange, "/p.png"));
        pages.put("/p.png", exchange -> send(exchange, "image/png", PNG));

        assertThat(fetch(base + "/moved")).isEqualTo(PNG);
    }

    @Test
    void refusesMoreRedirectsThanAllowedAndRedirectsToPrivatePlaces() {
        pages.put("/round", exchange -> redirect(exchange, "/round"));
        pages.put("/inside", exchange -> redirect(exchange, "http://localhost:1/metadata"));
        pages.put("/file", exchange -> redirect(exchange, "file:///etc/passwd"));

        refused(base + "/round", "redirects more than 2 times");
        refused(base + "/inside", "private network", "fetch.trusted-hosts");
        refused(base + "/file", "not an http or https address");
    }

    @Test
    void refusesWhatIsNoPictureByDeclarationOrByItsFirstBytes() {
        pages.put("/page", exchange -> send(exchange, "text/html", PNG));
        pages.put("/lie", exchange -> send(exchange, "image/png", "<html>".getBytes(StandardCharsets.UTF_8)));

        refused(base + "/page", "declared as text/html");
        refused(base + "/lie", "no PNG, JPEG, GIF or BMP");
        refused(base + "/nothing", "HTTP 404");
    }

    @Test
    void stopsReadingAtTheSizeCapWhetherTheSizeWasDeclaredOrNot() {
        byte[] large = new byte[5000];
        System.arraycopy(PNG, 0, large, 0, PNG.length);
        pages.put("/declared", exchange -> send(exchange, "image/png", large));
        pages.put("/chunked", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "image/png");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(large);
        });

        refused(base + "/declared", "too large: 5000 bytes", "fetch.max-bytes");
        refused(base + "/chunked", "too large");
    }

    @Test
    void triesAgainAfterAServerErrorAndThenGivesUp() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        pages.put("/busy", exchange -> {
            if (asked.incrementAndGet() < 3) {
                exchange.sendResponseHeaders(503, -1);
            } else {
                send(exchange, "image/png", PNG);
            }
        });
        pages.put("/broken", exchange -> exchange.sendResponseHeaders(500, -1));

        assertThat(fetch(base + "/busy")).isEqualTo(PNG);
        assertThat(asked).hasValue(3);
        refused(base + "/broken", "could not be fetched in 3 attempts", "HTTP 500");
    }

    @Test
    void givesUpOnAServerThatSaysNothing() {
        pages.put("/silent", exchange -> {
            hold(20_000);
        });

        FetchSettings hasty = new FetchSettings(
                2,
                Duration.ofMillis(200),
                Duration.ofSeconds(2),
                0,
                Duration.ofMillis(1),
                4000,
                2,
                Set.of("127.0.0.1"));
        try (PictureFetcher fetcher = new PictureFetcher(hasty)) {
            assertThatThrownBy(() -> fetcher.fetch(base + "/silent").get(10, TimeUnit.SECONDS))
                    .cause()
                    .hasMessageContaining("1 attempt");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void doesNotReadTheBodyOfARedirect() throws Exception {
        byte[] line = "x".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        pages.put("/endless", exchange -> {
            exchange.getResponseHeaders().add("Location", "/p.png");
            exchange.sendResponseHeaders(302, 0);
            while (over.getCount() > 0) {
                exchange.getResponseBody().write(line);
            }
        });
        pages.put("/p.png", exchange -> send(exchange, "image/png", PNG));

        assertThat(fetch(base + "/endless")).isEqualTo(PNG);
    }

    @Test
    void refusesHeadersWithoutEnd() throws Exception {
        StringBuilder many = new StringBuilder("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n");
        for (int i = 0; i < 200; i++) {
            many.append("X-").append(i).append(": 1\r\n");
        }
        String wide = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nX: " + "x".repeat(20_000) + "\r\n";
        String end = "Content-Length: " + PNG.length + "\r\n\r\n";

        for (String headers : List.of(many + end, wide + end)) {
            try (ServerSocket raw = answering(out -> {
                out.write(headers.getBytes(StandardCharsets.US_ASCII));
                out.write(PNG);
            })) {
                refused("http://127.0.0.1:" + raw.getLocalPort() + "/p.png", "does not answer as HTTP says");
            }
        }
    }

    @Test
    void givesUpAtTheDeadlineOnAServerThatDribbles() throws Exception {
        FetchSettings hasty = new FetchSettings(
                2, Duration.ofSeconds(5), Duration.ofSeconds(1), 0, Duration.ofMillis(1), 4000, 2, Set.of("127.0.0.1"));
        try (ServerSocket raw = answering(out -> {
                    out.write("HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
                    while (over.getCount() > 0) {
                        out.write('x');
                        out.flush();
                        hold(50);
                    }
                });
                PictureFetcher fetcher = new PictureFetcher(hasty)) {
            assertThatThrownBy(() -> fetcher.fetch("http://127.0.0.1:" + raw.getLocalPort() + "/p.png")
                            .get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .hasMessageContaining("not complete after 1 s");
        }
    }

    @Test
    void saysWhenAPictureCameAfterTheEnd() throws IOException {
        PictureFetcher fetcher = new PictureFetcher(settings(Set.of()));
        fetcher.close();

        assertThatThrownBy(() -> fetcher.fetch("http://93.184.216.34/p.png").get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("closed");
    }

    /** A server without manners: whatever is asked, it writes this. */
    private ServerSocket answering(RawAnswer answer) throws IOException {
        ServerSocket raw = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(() -> {
            while (!raw.isClosed()) {
                try (Socket socket = raw.accept()) {
                    socket.getInputStream().read(new byte[4096]);
                    answer.write(socket.getOutputStream());
                } catch (IOException e) {
                    assertThat(e).as("the caller hung up, or the test is over").isNotNull();
                }
            }
        });
        return raw;
    }

    private interface RawAnswer {
        void write(OutputStream out) throws IOException;
    }

    @Test
    void asksOneHostForNoMoreThanItsShareAtOnce() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        pages.put("/p.png", exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            hold(20);
            now.decrementAndGet();
            send(exchange, "image/png", PNG);
        });
        try (PictureFetcher fetcher = new PictureFetcher(settings(Set.of("127.0.0.1")))) {
            List<CompletableFuture<byte[]>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(fetcher.fetch(base + "/p.png"));
            }
            for (CompletableFuture<byte[]> one : all) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(PNG);
            }
        }
        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void aCancelledFetchThatHasNotBegunNeverDoes() throws Exception {
        CountDownLatch busy = new CountDownLatch(2);
        CountDownLatch free = new CountDownLatch(1);
        AtomicInteger unwanted = new AtomicInteger();
        pages.put("/slow", exchange -> {
            busy.countDown();
            await(free);
            send(exchange, "image/png", PNG);
        });
        pages.put("/unwanted", exchange -> {
            unwanted.incrementAndGet();
            send(exchange, "image/png", PNG);
        });
        pages.put("/last", exchange -> send(exchange, "image/png", PNG));
        try (PictureFetcher fetcher = new PictureFetcher(settings(Set.of("127.0.0.1")))) {
            List<CompletableFuture<byte[]>> slow =
                    List.of(fetcher.fetch(base + "/slow"), fetcher.fetch(base + "/slow"));
            assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 100; i++) {
                fetcher.fetch(base + "/unwanted").cancel(true);
            }
            CompletableFuture<byte[]> last = fetcher.fetch(base + "/last");
            free.countDown();

            for (CompletableFuture<byte[]> one : slow) {
                assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo(PNG);
            }
            assertThat(last.get(10, TimeUnit.SECONDS)).isEqualTo(PNG);
            assertThat(unwanted).hasValue(0);
        }
    }

    @Test
    void anErrorIsHandedOnAsItIs() throws Exception {
        DnsResolver broken = new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) {
                throw new OutOfMemoryError("for the test");
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
        try (PictureFetcher fetcher = new PictureFetcher(settings(Set.of()), broken)) {
            assertThatThrownBy(() -> fetcher.fetch("http://a.example/p.png").get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(OutOfMemoryError.class);
        }
    }

    private byte[] fetch(String address) throws Exception {
        try (PictureFetcher fetcher =
                new PictureFetcher(settings(Set.of("127.0.0.1")), SystemDefaultDnsResolver.INSTANCE)) {
            return fetcher.fetch(address).get(20, TimeUnit.SECONDS);
        }
    }

    private void refused(String address, String... reasons) {
        assertThatThrownBy(() -> fetch(address))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(FetchException.class)
                .hasMessageContainingAll(reasons);
    }

    static FetchSettings settings(Set<String> trusted) {
        return new FetchSettings(
                2, Duration.ofSeconds(5), Duration.ofSeconds(15), 2, Duration.ofMillis(1), 4000, 2, trusted);
    }

    /** Keeps a request waiting, at most until the test is over. */
    private void hold(long millis) {
        try {
            if (over.await(millis, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().add("Location", to);
        exchange.sendResponseHeaders(302, -1);
    }

    private static void send(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }
}
