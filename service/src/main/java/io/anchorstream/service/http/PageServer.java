package io.anchorstream.service.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.MixedVectorsException;
import io.anchorstream.service.index.VectorIndex;
import io.anchorstream.service.metrics.PageMetrics;
import io.javalin.config.JavalinConfig;
import io.javalin.http.staticfiles.Location;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** Serves the page and its API beside health and metrics. */
public final class PageServer implements AutoCloseable {
    private static final int LEARNING_POINTS = 600;

    private final OperationsServer server;

    private PageServer(OperationsServer server) {
        this.server = server;
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
        return new PageServer(OperationsServer.start(settings, scrape, live, ready, config -> {
            config.staticFiles.add(files -> {
                files.hostedPath = "/";
                files.directory = "/web";
                files.location = Location.CLASSPATH;
                files.headers = Map.of("Cache-Control", "no-cache");
            });
            addApi(config, settings, sources);
            addErrors(config);
        }));
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
                "/api/changed", ctx -> Json.write(ctx, sources.changes().view()));
        config.routes.get(
                "/api/credits", ctx -> Json.write(ctx, sources.credits().get()));
    }

    private static Object mapAnswer(PageSources sources) {
        var view = sources.map().view();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("computing", view.computing());
        answer.put("items", sources.catalogue().items().size());
        view.map().ifPresent(map -> answer.put("map", map));
        return answer;
    }

    private static Status status(PageSources sources) {
        CatalogueIndex catalogue = sources.catalogue();
        return new Status(
                catalogue.items().size(),
                sources.credits().get().stream()
                        .mapToLong(PageSources.Credit::items)
                        .sum(),
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
     * @param expected items of the demo's catalogue, which streams in; 0 = nobody knows how many will come
     * @param generation in service, -1 until one is complete
     */
    record Status(
            long items,
            long expected,
            long generation,
            long modelVersion,
            long firstGeneration,
            long indexed,
            long steps,
            int versions) {}

    private static void addErrors(JavalinConfig config) {
        config.routes.exception(
                ApiException.class, (e, ctx) -> Json.error(ctx, e.status(), OperationsServer.message(e)));
        config.routes.exception(
                MixedVectorsException.class, (e, ctx) -> Json.error(ctx, 409, OperationsServer.message(e)));
    }

    public int port() {
        return server.port();
    }

    /** Where to point a browser. */
    public String address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
    }
}
