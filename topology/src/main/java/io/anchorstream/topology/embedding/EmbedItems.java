package io.anchorstream.topology.embedding;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.RefreshReport;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.topology.versions.ModelSource;
import io.anchorstream.topology.versions.ModelSource.Promotion;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Embeds what is due and refreshes the rest, in slices bounded in time: items that are new or changed first, for the
 * generation in service and for the one being built; then the stretches behind the cursor for the one being built, whose
 * vectors are computed off the stream thread meanwhile.
 */
final class EmbedItems extends ContextualProcessor<String, Emission, String, Emission> {
    static final String GENERATIONS = "embed-generations";
    private static final int LOOKS = 2_000;
    /** Calls of the model in a stretch: enough to keep it at work from one flush to the next. */
    private static final int CALLS = 4;

    private final EmbedSettings settings;
    private final ModelSource models;
    private final InputEnds ends;
    private final Clock clock;
    private final EmbedProgress progress;
    private final Slice slice;
    private final RefreshAhead ahead;

    @SuppressWarnings("NullAway.Init") // set by init
    private ItemShelf shelf;

    @SuppressWarnings("NullAway.Init") // set by init
    private VectorShelf vectors;

    @SuppressWarnings("NullAway.Init") // set by init
    private VectorSample sample;

    @SuppressWarnings("NullAway.Init") // set by init
    private NextGeneration next;

    @SuppressWarnings("NullAway.Init") // set by init
    private Frontier frontier;

    private int partition;
    private long reportedAt;
    private Reported reported = Reported.NOTHING;
    private long rateSince;
    private long rateItems;
    private @Nullable Promotion unknown;

    private record Reported(long generation, long items, long embedded, boolean done) {
        static final Reported NOTHING = new Reported(-1, -1, -1, false);
    }

    EmbedItems(
            EmbedSettings settings,
            ModelSource models,
            InputEnds ends,
            Executor refreshes,
            Clock clock,
            EmbedProgress progress) {
        this.settings = settings;
        this.models = models;
        this.ends = ends;
        this.clock = clock;
        this.progress = progress;
        this.slice = new Slice(settings, clock);
        this.ahead = new RefreshAhead(refreshes, progress, settings.batchSize());
    }

    @Override
    public void init(ProcessorContext<String, Emission> context) {
        super.init(context);
        vectors = new VectorShelf(context, settings.keepVectors());
        shelf = new ItemShelf(context, vectors);
        sample = new VectorSample(context.getStateStore(VectorSample.STORE), settings.sampleSize());
        next = new NextGeneration(models, context.getStateStore(GENERATIONS));
        partition = context.taskId().partition();
        reported = Reported.NOTHING; // after an aborted transaction the same processor begins anew
        reportedAt = 0;
        frontier = new Frontier(ends, partition, clock);
        context.schedule(settings.flushEvery(), PunctuationType.WALL_CLOCK_TIME, now -> flush());
    }

    @Override
    public void process(Record<String, Emission> record) {
        if (record.value() instanceof Emission.Read read) {
            frontier.read(read);
        } else {
            context().forward(record);
        }
    }

    private void flush() {
        Optional<RefreshState> current = target();
        if (current.isEmpty()) {
            return; // no model yet: items wait on the shelf
        }
        RefreshState state = current.get();
        slice.begin();
        embedDue(state);
        state = refresh(state);
        report(state);
    }

    /** What to embed for, the next generation once its model is loaded: new items go on meanwhile. */
    private Optional<RefreshState> target() {
        Optional<RefreshState> stored = shelf.state();
        Optional<RefreshState> known = stored.map(it -> it.settle(next::isComplete));
        Optional<Promotion> after = next.after(known.map(RefreshState::building));
        if (after.isPresent() && models.embedder(after.get().version()).isPresent()) {
            RefreshState begun = known.map(it -> it.supersededBy(after.get(), it.done() || shelf.live() == 0))
                    .orElseGet(() -> RefreshState.begin(after.get()));
            shelf.begin(begun);
            ahead.drop();
            frontier.move();
            sample.clear();
            rateSince = clock.millis();
            rateItems = 0;
            return Optional.of(begun);
        }
        if (!known.equals(stored)) {
            known.ifPresent(shelf::put);
        }
        return known;
    }

    private void embedDue(RefreshState state) {
        List<Promotion> targets = new ArrayList<>();
        for (int i = state.targets().size() - 1; i > 0; i--) {
            Promotion older = state.targets().get(i);
            // In service until the one being built is complete, or about to be, for all that is known here.
            boolean serves = next.isComplete(older) || (i == 1 && state.followsDone());
            boolean usable = !models.isGone(older.version())
                    || models.embedder(older.version()).isPresent();
            if (serves && usable) {
                targets.add(older);
            }
        }
        targets.add(state.building());
        List<Embedder> embedders = new ArrayList<>();
        for (Promotion promotion : targets) {
            models.embedder(promotion.version()).ifPresent(embedders::add);
        }
        if (embedders.size() < targets.size()) {
            return; // still loading; what is due stays due
        }
        while (slice.hasTime()) {
            List<KeyValue<Long, ItemShelf.Item>> tickets = shelf.due(slice.batch());
            if (tickets.isEmpty() || !slice.takes(tickets.size())) {
                return;
            }
            long began = clock.millis();
            List<ItemShelf.Item> items = tickets.stream().map(it -> it.value).toList();
            progress.takesUp(items.get(0).picture().timestamp());
            for (int i = 0; i < targets.size(); i++) {
                embed(items, state, targets.get(i), embedders.get(i));
            }
            for (KeyValue<Long, ItemShelf.Item> ticket : tickets) {
                shelf.settle(ticket.key, ticket.value, state.building().generation());
            }
            slice.rest(began);
        }
    }

    private RefreshState refresh(RefreshState begun) {
        RefreshState state = begun;
        // An empty shelf is reported as done but not closed: its first items count before the generation is complete.
        Optional<Embedder> embedder = state.done() || shelf.live() == 0
                ? Optional.empty()
                : models.embedder(state.building().version());
        if (embedder.isEmpty()) {
            return state;
        }
        boolean end = false;
        while (!end && slice.hasTime()) {
            orderStretches(state, embedder.get());
            Optional<RefreshAhead.Ordered> computed = ahead.next();
            if (computed.isEmpty()) {
                return state; // collected by a later flush
            }
            end = computed.get().stretch().end();
            state = publish(state, computed.get());
        }
        if (end && !shelf.hasDue() && frontier.reached()) {
            state = state.finished();
            shelf.put(state);
        }
        return state;
    }

    private void orderStretches(RefreshState state, Embedder embedder) {
        while (ahead.wantsMore()) {
            int most = slice.allowance(CALLS * settings.batchSize());
            if (most == 0) {
                return; // the rate limit says to wait
            }
            ItemShelf.Stretch stretch = shelf.stretch(state.at(ahead.cursor(state)), most, LOOKS);
            List<Optional<float[]>> kept =
                    stretch.items().stream().map(item -> kept(item, state)).toList();
            if (!kept.isEmpty() && kept.stream().allMatch(Optional::isEmpty)) {
                unknown = state.building(); // a version that was never built here: further looks would be in vain
            }
            slice.spend((int) kept.stream().filter(Optional::isEmpty).count());
            ahead.order(stretch, kept, embedder);
        }
    }

    private Optional<float[]> kept(ItemShelf.Item item, RefreshState state) {
        return state.building().equals(unknown)
                ? Optional.empty()
                : vectors.find(
                        state.slot(),
                        item.id(),
                        item.picture(),
                        state.building().version());
    }

    private RefreshState publish(RefreshState state, RefreshAhead.Ordered ordered) {
        List<ItemShelf.Item> items = ordered.stretch().items();
        Iterator<float[]> computed = ordered.computed().join().iterator();
        int published = 0;
        long now = clock.millis();
        for (int i = 0; i < items.size(); i++) {
            Optional<float[]> kept = ordered.kept().get(i);
            float[] vector = kept.orElseGet(computed::next);
            Optional<ItemShelf.Item> item = shelf.unchanged(items.get(i), state);
            if (item.isPresent()) {
                publish(item.get(), vector, state, state.building(), true, kept.isEmpty(), now);
                published++;
            }
        }
        rateItems += published;
        return shelf.pass(state, ordered.stretch(), published);
    }

    private void embed(List<ItemShelf.Item> items, RefreshState state, Promotion promotion, Embedder embedder) {
        List<CanonicalImage> images =
                items.stream().map(item -> item.picture().decoded()).toList();
        long begin = System.nanoTime();
        float[][] made = embedder.embed(images);
        long nanos = System.nanoTime() - begin;
        slice.took(items.size(), nanos);
        progress.called(items.size(), false, nanos);
        long now = clock.millis();
        for (int i = 0; i < made.length; i++) {
            publish(items.get(i), made[i], state, promotion, false, true, now);
        }
    }

    private void publish(
            ItemShelf.Item item,
            float[] vector,
            RefreshState state,
            Promotion promotion,
            boolean refresh,
            boolean isNew,
            long now) {
        if (promotion.equals(state.building())) {
            sample.offer(promotion.generation(), item.id(), vector);
        }
        if (isNew) {
            vectors.put(state.slotOf(promotion), item.id(), item.picture(), promotion.version(), vector);
        }
        context().forward(new Record<>(item.id(), vector(item, vector, promotion, refresh, now), now));
    }

    private static Emission vector(
            ItemShelf.Item item, float[] vector, Promotion promotion, boolean refresh, long now) {
        List<Float> values = new ArrayList<>(vector.length);
        for (float value : vector) {
            values.add(value);
        }
        return new Emission.Vector(ItemEmbedding.newBuilder()
                .setVector(values)
                .setDimension(vector.length)
                .setModelVersion(promotion.version())
                .setGeneration(promotion.generation())
                .setLabel(item.mark().label())
                .setPreprocessing(item.picture().preprocessing())
                .setSourcePartition(item.picture().partition())
                .setSourceOffset(item.picture().offset())
                .setSourceTimestamp(item.picture().timestamp())
                .setEmbeddedTimestamp(now)
                .setRefresh(refresh)
                .build());
    }

    /** An item that came after the refresh and has no vector yet counts as much as one that it has not reached. */
    private boolean isDone(RefreshState state) {
        return shelf.live() == 0 ? frontier.reached() : state.done() && shelf.embedded() == shelf.live();
    }

    private void report(RefreshState state) {
        long now = clock.millis();
        Promotion building = state.building();
        Reported latest = new Reported(building.generation(), shelf.live(), shelf.embedded(), isDone(state));
        boolean turned = latest.generation() != reported.generation() || latest.done() != reported.done();
        boolean waited = now - reportedAt >= settings.reportEvery().toMillis();
        if (latest.equals(reported) || !(turned || waited)) {
            return;
        }
        reported = latest;
        reportedAt = now;
        double seconds = Math.max(1, now - rateSince) / 1000.0;
        progress.show(
                partition,
                new EmbedProgress.Partition(
                        latest.generation(),
                        building.version(),
                        latest.items(),
                        latest.embedded(),
                        latest.done(),
                        rateItems / seconds));
        if (next.isComplete(building)) {
            return; // declared: later arrivals change no count of it
        }
        RefreshReport report = RefreshReport.newBuilder()
                .setGeneration(building.generation())
                .setModelVersion(building.version())
                .setPartition(partition)
                .setItems(latest.items())
                .setEmbedded(latest.embedded())
                .setDone(latest.done())
                .setSample(latest.done() ? sample.entries() : List.of())
                .build();
        context().forward(new Record<>(Integer.toString(partition), new Emission.Report(report), now));
    }

    @Override
    public void close() {
        ahead.drop();
        progress.forget(partition);
    }
}
