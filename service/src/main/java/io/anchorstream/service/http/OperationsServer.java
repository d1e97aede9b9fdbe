package io.anchorstream.service.http;

import java.util.function.Consumer;
import java.util.function.Supplier;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves health and metrics, which every process has; with the index role the page is added to it. */
public final class OperationsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperationsServer.class);
    private static final int THREADS = 24;

    private final Javalin javalin;
    private final String host;

    private OperationsServer(Javalin javalin, String host) {
        this.javalin = javalin;
        this.host = host;
    }

    /**
     * Starts serving health and metrics alone.
     *
     * @param scrape the meters in Prometheus' text format
     * @param live answers {@code /health/live}: false = restart me
     * @param ready answers {@code /health/ready}: false = send me no traffic
     * @throws IllegalStateException if the port is taken; the message says what to do
     */
    public static OperationsServer start(
            PageSettings settings, Supplier<String> scrape, HealthProbe live, HealthProbe ready) {
        return start(settings, scrape, live, ready, more -> {});
    }

    /** Starts serving with further routes. */
    static OperationsServer start(
            PageSettings settings,
            Supplier<String> scrape,
            HealthProbe live,
            HealthProbe ready,
            Consumer<JavalinConfig> more) {
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.jetty.host = settings.host();
            config.jetty.port = settings.port();
            config.jetty.threadPool = new QueuedThreadPool(THREADS, 4, 60_000);
            config.http.maxRequestSize = settings.uploadBytes() + 1L;
            config.routes.before(SecurityHeaders::add);
            config.routes.before(new RequestGuard(settings));
            config.routes.get("/health/live", ctx -> answer(ctx, live.check()));
            config.routes.get("/health/ready", ctx -> answer(ctx, ready.check()));
            config.routes.get("/metrics", ctx -> ctx.contentType("text/plain; version=0.0.4; charset=utf-8")
                    .result(scrape.get()));
            more.accept(config);
            addErrors(config);
        });
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            throw new IllegalStateException(
                    "port " + settings.port() + " on " + settings.host()
                            + " is taken: stop what uses it, or choose another one with http.port",
                    e);
        }
        return new OperationsServer(javalin, settings.host());
    }

    private static void answer(Context ctx, HealthProbe.Health health) {
        ctx.status(health.ok() ? 200 : 503);
        Json.write(ctx, health);
    }

    private static void addErrors(JavalinConfig config) {
        config.routes.exception(HttpResponseException.class, (e, ctx) -> Json.error(ctx, e.getStatus(), message(e)));
        config.routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
            Json.error(ctx, 500, "something went wrong here; the log of the service says what");
        });
        config.routes.error(404, ctx -> {
            if (ctx.resultInputStream() == null) {
                Json.error(ctx, 404, "there is nothing at " + ctx.path());
            }
        });
    }

    static String message(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    public int port() {
        return javalin.port();
    }

    /** Where to point a browser. */
    public String address() {
        return "http://" + (host.equals("127.0.0.1") || host.equals("0.0.0.0") ? "localhost" : host) + ":" + port();
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
