package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.anchorstream.bench.Stack;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.TopicSetup;

/**
 * Two trainers in JVMs of their own, each with its own folder; whichever dies is started again. They die at crash points
 * in and around checkpoint and transaction, by SIGKILL at random instants, and hang (SIGSTOP) until the other has taken
 * over; some of the dead leave a damaged checkpoint. At the end every version must have been published once, with the
 * weights of a run that nobody interrupted.
 */
public final class TrainerChaos implements AutoCloseable {
    private static final Duration SESSION = Duration.ofMillis(1500);
    private static final Duration STUCK = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(25);
    private static final int AHEAD = 3;

    private final int kills;
    private final Random random;
    private final long seed;
    private final Consumer<String> say;
    private final Stack stack;
    private final Settings settings;
    private final Cluster cluster;
    private final Path folder;
    private final Deque<Optional<CrashPoint>> deck = new ArrayDeque<>();
    private final List<Optional<Child>> slots = new ArrayList<>(List.of(Optional.empty(), Optional.empty()));
    private final Map<Child, CrashPoint> plans = new HashMap<>();
    private final Map<CrashPoint, Integer> hits = new EnumMap<>(CrashPoint.class);
    private final List<Duration> takeOvers = new ArrayList<>();
    private int started;
    private int sigkills;
    private int freezes;
    private int damaged;

    /**
     * @param kills deaths to cause at least; more when some crash point was not met yet
     * @param seed of batches and of everything random here but the processes' own timing
     */
    public TrainerChaos(int kills, long seed, Consumer<String> say) throws IOException {
        this.kills = kills;
        this.seed = seed;
        this.random = new Random(seed);
        this.say = say;
        this.stack = new Stack(Map.of("group.min.session.timeout.ms", "1000"));
        this.settings = stack.settings("chaos", tiny());
        this.cluster = Cluster.of(settings);
        TopicSetup.prepare(cluster, (short) 1);
        this.folder = Files.createDirectories(settings.get(Keys.DATA));
    }

    private static Map<String, String> tiny() {
        Map<String, String> values = new HashMap<>();
        values.put(Keys.IMAGE_SIZE.name(), Integer.toString(TinyBatches.IMAGE_SIZE));
        values.put(Keys.NETWORK_OPTIONS.name(), "input=24,width=4,hidden=8");
        values.put(Keys.DIMENSION.name(), "16");
        values.put(Keys.MEMORY_ROWS.name(), "64");
        values.put(Keys.MEMORY_WARM_UP.name(), "10");
        values.put(Keys.STEPS_PER_VERSION.name(), "20");
        values.put(Keys.ITEM_PARTITIONS.name(), "1");
        values.put(Keys.SAMPLER_PARTITIONS.name(), "1");
        values.put("kafka.session.timeout.ms", Long.toString(SESSION.toMillis()));
        values.put("kafka.heartbeat.interval.ms", Long.toString(SESSION.toMillis() / 5));
        return values;
    }

    /**
     * What happened.
     *
     * @param kills processes that died
     * @param points deaths by crash point
     * @param sigkills deaths at random instants
     * @param fenced how often a trainer noticed that another had taken over
     * @param takeOvers from a death to the next version, sorted
     * @param violations empty when every version is what it should be
     */
    public record Report(
            int kills,
            Map<String, Integer> points,
            int sigkills,
            int freezes,
            long fenced,
            int damaged,
            long versions,
            List<Duration> takeOvers,
            String digest,
            List<String> violations) {

        /** As a table for people. */
        public String text() {
            StringBuilder text = new StringBuilder();
            text.append(String.format(
                    Locale.ROOT,
                    "%d trainers killed (%d by SIGKILL at a random instant), %d frozen until another had taken over, %d"
                            + " checkpoints damaged; %d versions.%n",
                    kills,
                    sigkills,
                    freezes,
                    damaged,
                    versions));
            points.forEach((point, count) -> text.append(String.format(Locale.ROOT, "  %3d  %s%n", count, point)));
            if (!takeOvers.isEmpty()) {
                text.append(String.format(
                        Locale.ROOT,
                        "From a death to the next version: median %.1f s, most %.1f s (session time-out %.1f s).%n",
                        takeOvers.get(takeOvers.size() / 2).toMillis() / 1000.0,
                        takeOvers.get(takeOvers.size() - 1).toMillis() / 1000.0,
                        SESSION.toMillis() / 1000.0));
            }
            text.append("Last weights: ").append(digest).append(System.lineSeparator());
            text.append(violations.isEmpty() ? "Equal to the uninterrupted run." : String.join("\n", violations));
            return text.toString();
        }
    }

    /** Kills until enough have died, lets one trainer finish, and compares. */
    public Report run() throws IOException, InterruptedException, ExecutionException {
        try (ReferenceRun reference = new ReferenceRun(cluster, settings, seed);
                VersionWatch watch = new VersionWatch(cluster)) {
            rage(reference, watch);
            say.accept("no more kills; one trainer finishes the log");
            closeChildren();
            long last = reference.last();
            slots.set(0, Optional.of(start(0, Optional.empty())));
            boolean finished = watch.await(last, STUCK);
            long fenced = fenced();
            closeChildren();
            List<String> violations = new ArrayList<>();
            if (!finished) {
                violations.add("the last trainer did not come to version " + last + " within " + STUCK);
            }
            violations.addAll(new TrainerCheck(cluster, settings)
                    .violations(watch, reference.digests(), folder.resolve("check")));
            Collections.sort(takeOvers);
            return new Report(
                    deaths(),
                    byDoc(),
                    sigkills,
                    freezes,
                    fenced,
                    damaged,
                    last,
                    List.copyOf(takeOvers),
                    reference.digests().get((int) last),
                    violations);
        }
    }

    /** One trainer hangs until another has published, and wakes up: how often it noticed, and what is wrong then. */
    public Report zombie() throws IOException, InterruptedException, ExecutionException {
        try (ReferenceRun reference = new ReferenceRun(cluster, settings, seed);
                VersionWatch watch = new VersionWatch(cluster)) {
            reference.feedVersion();
            Child first = start(0, Optional.empty());
            slots.set(0, Optional.of(first));
            require(watch, reference.last());
            slots.set(1, Optional.of(start(1, Optional.empty())));
            first.freeze();
            freezes++;
            reference.feedVersion();
            reference.feedVersion();
            require(watch, reference.last());
            first.thaw();
            reference.feedVersion();
            require(watch, reference.last());
            long deadline = System.nanoTime() + STUCK.toNanos();
            while (standBys(first) == 0 && System.nanoTime() < deadline) {
                watch.poll(LOOK);
            }
            long noticed = standBys(first);
            closeChildren();
            List<String> violations =
                    new TrainerCheck(cluster, settings).violations(watch, reference.digests(), folder.resolve("check"));
            return new Report(
                    0,
                    byDoc(),
                    0,
                    freezes,
                    noticed,
                    0,
                    reference.last(),
                    List.of(),
                    reference.digests().get((int) reference.last()),
                    violations);
        }
    }

    private void require(VersionWatch watch, long version) throws IOException {
        if (!watch.await(version, STUCK)) {
            throw new IllegalStateException("version " + version + " did not come within " + STUCK + "\n" + words());
        }
    }

    /** Fenced in a transaction, or told by its group that it is a member no longer. */
    private static long standBys(Child child) throws IOException {
        return child.logged("another trainer has taken over") + child.logged("this trainer stands by");
    }

    private void rage(ReferenceRun reference, VersionWatch watch) throws IOException {
        long newest = -1;
        long movedAt = System.nanoTime();
        Optional<Long> diedAt = Optional.empty();
        long strikeAt = nextStrike();
        long thawAt = 0;
        while (deaths() < kills || hits.size() < CrashPoint.values().length) {
            for (int slot = 0; slot < slots.size(); slot++) {
                Optional<Child> child = slots.get(slot);
                if (child.isPresent() && !child.get().isAlive()) {
                    bury(child.get());
                    diedAt = diedAt.or(() -> Optional.of(System.nanoTime()));
                    strikeAt = nextStrike();
                    child = Optional.empty();
                }
                if (child.isEmpty()) {
                    slots.set(slot, Optional.of(start(slot, draw())));
                }
            }
            while (reference.last() < newest + AHEAD) {
                reference.feedVersion();
            }
            long now = watch.poll(LOOK);
            if (now > newest) {
                newest = now;
                movedAt = System.nanoTime();
                diedAt.ifPresent(at -> takeOvers.add(Duration.ofNanos(System.nanoTime() - at)));
                diedAt = Optional.empty();
            }
            if (deaths() >= kills) {
                // Whoever has no crash point ahead would stay the active one for ever.
                living().filter(it -> !plans.containsKey(it)).findFirst().ifPresent(Child::kill);
            }
            Optional<Child> frozen = living().filter(Child::isFrozen).findFirst();
            if (frozen.isPresent()) {
                if (System.nanoTime() > thawAt) {
                    frozen.get().thaw();
                    strikeAt = nextStrike();
                }
            } else if (System.nanoTime() > strikeAt && deaths() < kills) {
                strike();
                diedAt = diedAt.or(() -> Optional.of(System.nanoTime()));
                thawAt = System.nanoTime() + SESSION.multipliedBy(3).toNanos();
                strikeAt = nextStrike();
            }
            if (System.nanoTime() - movedAt > STUCK.toNanos()) {
                throw new IllegalStateException(
                        "no version for " + STUCK + " after version " + newest + ".\n" + words());
            }
        }
    }

    private Stream<Child> living() {
        return slots.stream().flatMap(Optional::stream).filter(Child::isAlive);
    }

    private long nextStrike() {
        return System.nanoTime()
                + Duration.ofMillis(2000 + random.nextInt(8000)).toNanos();
    }

    /** SIGKILL or, now and then, SIGSTOP for one that lives. */
    private void strike() throws IOException {
        List<Child> living = living().toList();
        if (living.isEmpty()) {
            return;
        }
        Child victim = living.get(random.nextInt(living.size()));
        if (random.nextInt(4) == 0) {
            freezes++;
            victim.freeze();
        } else {
            plans.remove(victim);
            victim.kill();
        }
    }

    /** The crash points in turn, mixed with lives that end at random; in the end those that were not met. */
    private Optional<CrashPoint> draw() {
        if (deaths() >= kills) {
            List<CrashPoint> missing = Arrays.stream(CrashPoint.values())
                    .filter(point -> !hits.containsKey(point))
                    .toList();
            return missing.stream()
                    .filter(point -> !plans.containsValue(point))
                    .findFirst()
                    .or(() -> missing.stream().findFirst());
        }
        if (deck.isEmpty()) {
            List<Optional<CrashPoint>> fresh = new ArrayList<>();
            Arrays.stream(CrashPoint.values()).map(Optional::of).forEach(fresh::add);
            fresh.addAll(List.of(Optional.empty(), Optional.empty(), Optional.empty()));
            Collections.shuffle(fresh, random);
            deck.addAll(fresh);
        }
        return deck.remove();
    }

    private Child start(int slot, Optional<CrashPoint> plan) throws IOException {
        Path data = folder.resolve("trainer-" + slot);
        Map<String, String> values = new TreeMap<>(stack.values("chaos", tiny()));
        values.remove(Keys.DATA.name());
        plan.ifPresent(point -> {
            values.put("kafka.interceptor.classes", CrashInterceptor.class.getName());
            values.put("kafka." + CrashInterceptor.POINT, point.name());
            values.put("kafka." + CrashInterceptor.OCCURRENCE, Integer.toString(1 + random.nextInt(3)));
            values.put("kafka." + CrashInterceptor.DELAY_MS, Integer.toString(delay(point)));
            values.put(
                    "kafka." + CrashInterceptor.FOLDER,
                    data.resolve("checkpoints").toString());
        });
        Child child = Child.start("run-" + started++, Set.of(Role.TRAIN), data, values);
        plan.ifPresent(point -> plans.put(child, point));
        return child;
    }

    private int delay(CrashPoint point) {
        return point == CrashPoint.COMMIT ? 1 + random.nextInt(30) : 30 + random.nextInt(300);
    }

    private void bury(Child child) throws IOException {
        if (child.exitValue() != CrashInterceptor.EXIT) {
            throw new IllegalStateException(
                    "a trainer ended by itself with " + child.exitValue() + "\n" + child.lastWords());
        }
        Optional<CrashPoint> point = Optional.ofNullable(plans.remove(child));
        point.ifPresentOrElse(it -> hits.merge(it, 1, Integer::sum), () -> sigkills++);
        say.accept(deaths() + ": " + child.name() + " died after " + child.age().toMillis() + " ms, "
                + point.map(CrashPoint::doc).orElse("SIGKILL"));
        if (random.nextInt(4) == 0 && Damage.newest(child.data().resolve("checkpoints"), random)) {
            damaged++;
        }
    }

    private int deaths() {
        return sigkills + hits.values().stream().mapToInt(Integer::intValue).sum();
    }

    private Map<String, Integer> byDoc() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        hits.forEach((point, count) -> counts.put(point.doc(), count));
        counts.put("a random instant", sigkills);
        return counts;
    }

    private long fenced() throws IOException {
        long count = 0;
        for (Optional<Child> child : slots) {
            if (child.isPresent()) {
                count += child.get().logged("another trainer has taken over");
            }
        }
        return count;
    }

    private String words() throws IOException {
        StringBuilder words = new StringBuilder();
        for (Optional<Child> child : slots) {
            if (child.isPresent()) {
                words.append(child.get().lastWords()).append('\n');
            }
        }
        return words.toString();
    }

    private void closeChildren() {
        slots.stream().flatMap(Optional::stream).forEach(Child::close);
    }

    @Override
    public void close() {
        slots.stream().flatMap(Optional::stream).filter(Child::isAlive).forEach(Child::kill);
        stack.close();
    }
}
