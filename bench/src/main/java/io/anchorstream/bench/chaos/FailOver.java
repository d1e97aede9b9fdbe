package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.anchorstream.avro.TrainingStep;
import io.anchorstream.bench.Stack;
import io.anchorstream.bench.chaos.CatalogueLoad.Kind;
import io.anchorstream.bench.chaos.CatalogueLoad.Written;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.TopicSetup;
import io.anchorstream.topology.versions.TopicReader;
import org.apache.kafka.clients.admin.Admin;

/**
 * One, two and three processes with all of label, train and embed under a steady load: how long items wait, and training
 * stands still, when a process joins, stops or is killed. All time-outs are the service's own.
 */
public final class FailOver implements AutoCloseable {
    private static final Duration SETTLE = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Set<Role> ROLES = EnumSet.of(Role.LABEL, Role.TRAIN, Role.EMBED);

    private final Duration window;
    private final double rate;
    private final Consumer<String> say;
    private final Stack stack;
    private final Map<String, String> values;
    private final Settings settings;
    private final Cluster cluster;
    private final Path folder;
    private final Children<Integer> children = new Children<>();
    private final List<Phase> phases = new ArrayList<>();
    private final List<Long> steps = new ArrayList<>();

    /** A stretch of time that begins with an event. What waited across the event waited for it, so its end counts. */
    private record Phase(String event, long begin, long end, String shares) {
        boolean holds(long instant) {
            return instant >= begin && instant < end;
        }
    }

    /**
     * @param window how long to look after each event
     * @param rate records a second
     */
    public FailOver(Duration window, double rate, Consumer<String> say) throws IOException {
        this.window = window;
        this.rate = rate;
        this.say = say;
        this.stack = new Stack(Map.of());
        this.values = stack.values("failover", tiny());
        this.settings = stack.settings("failover", tiny());
        this.cluster = Cluster.of(settings);
        TopicSetup.prepare(cluster, (short) 1);
        this.folder = Files.createDirectories(settings.get(Keys.DATA));
        values.remove(Keys.DATA.name());
    }

    private static Map<String, String> tiny() {
        Map<String, String> tiny = new LinkedHashMap<>();
        tiny.put(Keys.ITEM_PARTITIONS.name(), "6");
        tiny.put(Keys.SAMPLER_PARTITIONS.name(), "6");
        tiny.put(Keys.TEXT_ENCODER.name(), "hashed");
        tiny.put(Keys.IMAGE_SIZE.name(), "24");
        tiny.put(Keys.BATCH_LABELS.name(), "4");
        tiny.put(Keys.BATCH_ITEMS.name(), "2");
        tiny.put(Keys.NETWORK_OPTIONS.name(), "input=24,width=4,hidden=8");
        tiny.put(Keys.DIMENSION.name(), "16");
        return tiny;
    }

    /**
     * What was measured.
     *
     * @param rows a table in Markdown
     * @param violations empty when nothing was lost or done twice
     */
    public record Report(List<String> rows, List<String> violations) {

        /** For people. */
        public String text() {
            return String.join("\n", rows) + "\n\n"
                    + (violations.isEmpty()
                            ? "Every item has its one answer, nothing is there twice."
                            : String.join("\n", violations));
        }
    }

    /** Goes through the events one by one. */
    public Report run() throws IOException, ExecutionException, InterruptedException {
        try (CatalogueLoad load = new CatalogueLoad(cluster, 1);
                CatalogueCheck check = new CatalogueCheck(cluster);
                TopicReader<TrainingStep> reader = new TopicReader<>(
                        cluster.reader(),
                        cluster.topics().trainingSteps().name(),
                        cluster.serde(TrainingStep.class).deserializer())) {
            Pace pace = new Pace(load, check, rate);
            start(1);
            pace.until(() -> check.vectors() > 50, SETTLE, children::words);
            phase("one process at work", 1, pace, () -> {});
            phase("a second one starts", 2, pace, () -> start(2));
            phase("a third one starts", 3, pace, () -> start(3));
            phase("the first one stops (SIGTERM)", 2, pace, () -> children.get(1)
                    .close());
            phase("it starts again", 3, pace, () -> start(1));
            phase("the second one is killed (SIGKILL)", 2, pace, () -> children.get(2)
                    .kill());
            phase("the third one is killed (SIGKILL)", 1, pace, () -> children.get(3)
                    .kill());
            load.flush();
            say.accept("no more load; waiting until all is done");
            List<String> violations = settle(check, load);
            while (!reader.caughtUp()) {
                reader.poll(Duration.ofMillis(100))
                        .forEach(entry -> entry.value().ifPresent(step -> steps.add(step.getTimestamp())));
            }
            reader.chaseEnd();
            while (!reader.caughtUp()) {
                reader.poll(Duration.ofMillis(100))
                        .forEach(entry -> entry.value().ifPresent(step -> steps.add(step.getTimestamp())));
            }
            return new Report(rows(load, check), violations);
        }
    }

    @FunctionalInterface
    private interface Event {
        void happen() throws IOException;
    }

    /** Ends when the window is over and as many processes as there are then share the work. */
    private void phase(String event, int processes, Pace pace, Event what)
            throws IOException, ExecutionException, InterruptedException {
        say.accept(event);
        long begin = System.currentTimeMillis();
        what.happen();
        pace.during(window);
        String shares = shares();
        long deadline = System.nanoTime() + SETTLE.toNanos();
        while (!shares.matches(Stream.of("label", "train", "embed")
                .map(role -> role + " \\d+" + "\\+\\d+".repeat(processes - 1))
                .collect(Collectors.joining(", ")))) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(event + ": " + processes + " processes do not share the work after "
                        + SETTLE + ", but " + shares + "\n" + children.words());
            }
            pace.during(LOOK);
            shares = shares();
        }
        phases.add(new Phase(event, begin, System.currentTimeMillis(), shares));
    }

    private void start(int number) throws IOException {
        children.put(number, Child.start("process-" + number, ROLES, folder.resolve("process-" + number), values));
    }

    /** Partitions of each member, by role. */
    private String shares() throws ExecutionException, InterruptedException {
        List<String> shares = new ArrayList<>();
        try (Admin admin = cluster.admin()) {
            for (Role role : ROLES) {
                String group = role.group(settings);
                List<String> members = admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                        .flatMap(it -> it.members().stream())
                        .map(member -> Integer.toString(
                                member.assignment().topicPartitions().size()))
                        .sorted()
                        .toList();
                shares.add(role.label() + " " + String.join("+", members));
            }
        }
        return String.join(", ", shares);
    }

    private static List<String> settle(CatalogueCheck check, CatalogueLoad load) {
        long deadline = System.nanoTime() + SETTLE.toNanos();
        List<String> violations = List.of("nothing was looked at");
        while (!violations.isEmpty() && System.nanoTime() < deadline) {
            for (int i = 0; i < 20; i++) {
                check.poll();
            }
            violations = check.violations(load, false);
        }
        return violations;
    }

    private List<String> rows(CatalogueLoad load, CatalogueCheck check) {
        List<String> rows = new ArrayList<>();
        rows.add("| event | longest wait of an item | training stood still | partitions of the members afterwards |");
        rows.add("|---|---|---|---|");
        long first = phases.get(0).begin(); // what was written before waited for the first process to start
        for (Phase phase : phases) {
            long longest = 0;
            for (Written one : load.written()) {
                long seen = check.seenAt(one).orElse(one.timestamp());
                if (one.kind() == Kind.ITEM && one.timestamp() >= first && phase.holds(seen)) {
                    longest = Math.max(longest, seen - one.timestamp());
                }
            }
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %.1f s | %.1f s | %s |",
                    phase.event(),
                    longest / 1000.0,
                    standstill(phase) / 1000.0,
                    phase.shares()));
        }
        return rows;
    }

    /** The longest time between two steps of which the second lies in the phase. */
    private long standstill(Phase phase) {
        List<Long> sorted = steps.stream().sorted().toList();
        long longest = 0;
        for (int i = 1; i < sorted.size(); i++) {
            long from = sorted.get(i - 1);
            long to = sorted.get(i);
            if (phase.holds(to)) {
                longest = Math.max(longest, to - from);
            }
        }
        return longest;
    }

    @Override
    public void close() {
        children.close();
        stack.close();
    }
}
