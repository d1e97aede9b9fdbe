package io.anchorstream.service.monitor;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.Freshness;
import io.anchorstream.service.index.IndexRole;
import io.anchorstream.service.index.ItemCard;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.index.VectorIndex;
import io.anchorstream.service.monitor.LearningHistory.VersionView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a picture of the whole pipeline every two seconds; readers get the last one without waiting for a broker. */
public final class PipelineMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineMonitor.class);
    private static final long EVERY_MILLIS = 2_000;

    private final CatalogueIndex catalogue;
    private final LongSupplier indexLag;
    private final LearningHistory learning;
    private final DeadLetters deadLetters;
    private final Callable<Long> itemsAppended;
    private final Callable<Map<String, Long>> lags;
    private final Clock clock;
    private final Rates rates = new Rates();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pipeline-monitor");
        thread.setDaemon(true);
        return thread;
    });
    private volatile PipelineView last;

    /**
     * @param indexLag see {@link IndexRole#lag}
     * @param itemsAppended records ever appended to the input topic
     * @param lags lag of the other roles, by role
     */
    public PipelineMonitor(
            CatalogueIndex catalogue,
            LongSupplier indexLag,
            LearningHistory learning,
            DeadLetters deadLetters,
            Callable<Long> itemsAppended,
            Callable<Map<String, Long>> lags,
            Clock clock) {
        this.catalogue = catalogue;
        this.indexLag = indexLag;
        this.learning = learning;
        this.deadLetters = deadLetters;
        this.itemsAppended = itemsAppended;
        this.lags = lags;
        this.clock = clock;
        this.last = look(0, Map.of());
    }

    public PipelineMonitor start() {
        ScheduledFuture<?> ticking =
                timer.scheduleWithFixedDelay(this::tickSafely, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        LOG.debug("looking every {} ms, first in {} ms", EVERY_MILLIS, ticking.getDelay(TimeUnit.MILLISECONDS));
        return this;
    }

    public PipelineView view() {
        return last;
    }

    /** An exception that escapes would end the timer for good. */
    private void tickSafely() {
        try {
            tick();
        } catch (RuntimeException e) {
            LOG.warn("one look at the pipeline failed; the page shows the last one", e);
        }
    }

    /** Looks now; the timer does this every two seconds. */
    public void tick() {
        Map<String, Long> roles = new HashMap<>(ask(lags, Map.of(), "the lag of the roles"));
        long lag = indexLag.getAsLong();
        if (lag >= 0) {
            roles.put("index", lag);
        }
        PipelineView view = look(ask(itemsAppended, last.itemsIn(), "the length of the input topic"), roles);
        rates.sample(
                clock.millis(),
                Map.of(
                        "items", view.itemsIn(),
                        "pictures", view.pictures(),
                        "labels", view.labelled(),
                        "steps", view.steps(),
                        "embedded", view.embedded(),
                        "deadLetters", view.deadLetters().count()));
        last = view.withRates(rates.perSecond(), rates.trails());
    }

    private <T> T ask(Callable<T> question, T otherwise, String what) {
        try {
            return question.call();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.debug("can't ask the broker for {}; the page shows the last answer", what, e);
            return otherwise;
        }
    }

    private PipelineView look(long itemsIn, Map<String, Long> roles) {
        long labelled = 0;
        long unlabelled = 0;
        long holdout = 0;
        long pictures = 0;
        Set<Long> labels = new HashSet<>();
        for (ItemCard card : catalogue.items().cards()) {
            if (card.picture() >= 0) {
                pictures++;
            }
            if (card.label() >= 0) {
                labelled++;
                labels.add(card.label());
                holdout += card.holdout() ? 1 : 0;
            } else {
                unlabelled++;
            }
        }
        List<HeldGeneration> held = new ArrayList<>();
        for (VectorIndex index : catalogue.generations().all()) {
            held.add(new HeldGeneration(index.generation(), index.modelVersion(), index.dimension(), index.size()));
        }
        return new PipelineView(
                Math.max(itemsIn, pictures),
                pictures,
                labelled,
                unlabelled,
                labels.size(),
                holdout,
                learning.lastStep(),
                learning.stepsToVersion(),
                catalogue.generations().serving().map(VectorIndex::size).orElse(0),
                catalogue.generations().servingGeneration(),
                catalogue.generations().serving().map(VectorIndex::modelVersion).orElse(-1L),
                learning.serving().map(VersionView::version).orElse(-1L),
                held,
                catalogue.progress().generations(),
                catalogue.lastSwap(),
                catalogue.freshness().quantiles(),
                deadLetters.view(),
                catalogue.refused().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, refused -> refused.getValue().sum())),
                roles,
                Map.of(),
                Map.of());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** An index that is held. */
    public record HeldGeneration(long generation, long modelVersion, int dimension, long items) {}

    /**
     * The pipeline at one moment.
     *
     * @param itemsIn records on the input topic
     * @param pictures live items whose picture was checked
     * @param labelled live items with a weak label
     * @param classes distinct labels among them
     * @param holdout of the labelled, never trained on
     * @param steps training steps taken
     * @param stepsToVersion further ones until the next version, null before the first step
     * @param embedded items in the index in service
     * @param servingGeneration -1 until one is complete
     * @param servingVersion that made the vectors which are searched, -1 until a generation is complete
     * @param promotedVersion the newest the gate let pass, -1 before the first; ahead of {@code servingVersion} while its
     *     generation fills
     * @param refusedByIndex records the index did not take, by reason
     * @param lag committed records not consumed yet, by role
     * @param rates a second, over the last half minute
     * @param trails the same over the last minutes, oldest first, each over {@value Rates#TRAIL_MILLIS} ms
     */
    public record PipelineView(
            long itemsIn,
            long pictures,
            long labelled,
            long unlabelled,
            long classes,
            long holdout,
            long steps,
            @Nullable Long stepsToVersion,
            long embedded,
            long servingGeneration,
            long servingVersion,
            long promotedVersion,
            List<HeldGeneration> held,
            List<GenerationView> generations,
            String lastSwap,
            Freshness.Quantiles freshness,
            DeadLetters.DeadLetterView deadLetters,
            Map<String, Long> refusedByIndex,
            Map<String, Long> lag,
            Map<String, Double> rates,
            Map<String, List<Double>> trails) {

        PipelineView withRates(Map<String, Double> newRates, Map<String, List<Double>> newTrails) {
            return new PipelineView(
                    itemsIn,
                    pictures,
                    labelled,
                    unlabelled,
                    classes,
                    holdout,
                    steps,
                    stepsToVersion,
                    embedded,
                    servingGeneration,
                    servingVersion,
                    promotedVersion,
                    held,
                    generations,
                    lastSwap,
                    freshness,
                    deadLetters,
                    refusedByIndex,
                    lag,
                    newRates,
                    newTrails);
        }
    }
}
