package io.anchorstream.service.http;

import java.util.Map;
import java.util.function.Supplier;

import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.MixedVectorsException;
import io.anchorstream.service.index.VectorIndex;
import io.anchorstream.service.metrics.PageMetrics;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.staticfiles.Location;
import io.javalin.util.JavalinBindException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the page, its API, health and metrics. */
public final class PageServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PageServer.class);
    private static final int LEARNING_POINTS = 600;
    private static final int THREADS = 24;

    private final Javalin javalin;
    private final String host;

    private PageServer(Javalin javalin, String host) {
        this.javalin = javalin;
        this.host = host;
    }

    /**
     * Starts serving.
     *
     * @param live answers {@code /health/live}: false = restart me
     * @param ready answers {@code /health/ready}: false = send me no traffic
     * @throws IllegalStateException if the port is taken; the message says what to do
     */
    public static PageServer start(
            PageSettings settings,
            PageSources sources,
            PrometheusMeterRegistry metrics,
            HealthProbe live,
            HealthProbe ready) {
        PageMetrics numbers = new PageMetrics(metrics, sources.pipeline()::view, sources.learning());
        Supplier<String> scrape = () -> {
            numbers.refresh();
            return metrics.scrape();
        };
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.jetty.host = settings.host();
            config.jetty.port = settings.port();
            config.jetty.threadPool = new QueuedThreadPool(THREADS, 4, 60_000);
            config.http.maxRequestSize = settings.uploadBytes() + 1L;
            config.staticFiles.add(files -> {
                files.hostedPath = "/";
                files.directory = "/web";
                files.location = Location.CLASSPATH;
                files.headers = Map.of("Cache-Control", "no-cache");
            });
            config.routes.before(SecurityHeaders::add);
            addApi(config, settings, sources);
            addOperations(config, scrape, live, ready);
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
        return new PageServer(javalin, settings.host());
    }

    private static void addApi(JavalinConfig config, PageSettings settings, PageSources sources) {
        CatalogueApi catalogue = new CatalogueApi(sources.catalogue());
        SearchApi search =
                new SearchApi(sources.catalogue(), sources.search(), sources.decoder(), settings.uploadBytes());
        config.routes.get("/api/status", ctx -> Json.write(ctx, status(sources)));
        config.routes.get("/api/items", catalogue::wall);
        config.routes.get("/api/item", catalogue::item);
        config.routes.get("/api/picture", catalogue::picture);
        config.routes.get("/api/neighbours", search::neighbours);
        config.routes.post("/api/search", search::upload);
        config.routes.get(
                "/api/learning", ctx -> Json.write(ctx, sources.learning().view(LEARNING_POINTS)));
        config.routes.get(
                "/api/pipeline", ctx -> Json.write(ctx, sources.pipeline().view()));
        config.routes.get("/api/map", ctx -> Json.write(ctx, mapAnswer(sources)));
        config.routes.get(
                "/api/credits", ctx -> Json.write(ctx, sources.credits().get()));
    }

    private static Object mapAnswer(PageSources sources) {
        var view = sources.map().view();
        return view.map().isPresent()
                ? Map.of("computing", view.computing(), "map", view.map().get())
                : Map.of("computing", view.computing());
    }

    private static Status status(PageSources sources) {
        CatalogueIndex catalogue = sources.catalogue();
        return new Status(
                catalogue.items().size(),
                catalogue.generations().servingGeneration(),
                catalogue.generations().serving().map(VectorIndex::modelVersion).orElse(-1L),
                catalogue.generations().first().map(VectorIndex::generation).orElse(-1L),
                catalogue.generations().serving().map(VectorIndex::size).orElse(0),
                sources.learning().lastStep(),
                sources.learning().versionCount());
    }

    /**
     * What every view needs.
     *
     * @param generation in service, -1 until one is complete
     */
    record Status(
            long items,
            long generation,
            long modelVersion,
            long firstGeneration,
            long indexed,
            long steps,
            int versions) {}

    private static void addOperations(
            JavalinConfig config, Supplier<String> scrape, HealthProbe live, HealthProbe ready) {
        config.routes.get("/health/live", ctx -> answer(ctx, live.check()));
        config.routes.get("/health/ready", ctx -> answer(ctx, ready.check()));
        config.routes.get("/metrics", ctx -> ctx.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(scrape.get()));
    }

    private static void answer(Context ctx, HealthProbe.Health health) {
        ctx.status(health.ok() ? 200 : 503);
        Json.write(ctx, health);
    }

    private static void addErrors(JavalinConfig config) {
        config.routes.exception(ApiException.class, (e, ctx) -> Json.error(ctx, e.status(), message(e)));
        config.routes.exception(MixedVectorsException.class, (e, ctx) -> Json.error(ctx, 409, message(e)));
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

    private static String message(Exception e) {
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
