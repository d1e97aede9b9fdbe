package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.embedded.EmbeddedRegistry;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.TopicSetup;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The whole pipeline under random load, each role and each broker a process. Roles are killed in turn and started again,
 * a broker is killed and another one restarted; then the outputs are held against the input. After Kafka's own
 * EosTestDriver.
 */
public final class RoleChaos implements AutoCloseable {
    private static final Duration SETTLE = Duration.ofMinutes(3);

    private final Set<Role> roles;
    private final int rounds;
    private final double rate;
    private final Random random;
    private final Consumer<String> say;
    private final Path folder;
    private final Brokers brokers;
    private final EmbeddedRegistry registry;
    private final Map<String, String> values;
    private final Settings settings;
    private final Cluster cluster;
    private final Children<Role> children = new Children<>();
    private int started;
    private int kills;
    private int brokerKills;

    /**
     * @param roles to kill in each round, of label, train and embed
     * @param rate records a second
     * @param seed of the load and of the order of events
     */
    public RoleChaos(Set<Role> roles, int rounds, double rate, long seed, Consumer<String> say) throws IOException {
        this.roles = EnumSet.copyOf(roles);
        this.rounds = rounds;
        this.rate = rate;
        this.random = new Random(seed);
        this.say = say;
        this.folder = Files.createTempDirectory("anchorstream-chaos");
        this.brokers = new Brokers(3, folder);
        this.registry = EmbeddedRegistry.start(brokers.bootstrapServers(), folder, 0);
        this.values = values();
        this.settings = Settings.resolve(Keys.all(), List.of(new Settings.Layer("chaos", values)));
        this.cluster = Cluster.of(settings);
        TopicSetup.prepare(cluster, (short) -1);
    }

    private Map<String, String> values() {
        Map<String, String> tiny = new LinkedHashMap<>();
        tiny.put("kafka.bootstrap.servers", brokers.bootstrapServers());
        tiny.put("registry.schema.registry.url", registry.url());
        tiny.put("kafka.session.timeout.ms", "3000");
        tiny.put("kafka.heartbeat.interval.ms", "500");
        tiny.put(Keys.ITEM_PARTITIONS.name(), "2");
        tiny.put(Keys.SAMPLER_PARTITIONS.name(), "2");
        tiny.put(Keys.TEXT_ENCODER.name(), "hashed");
        tiny.put(Keys.IMAGE_SIZE.name(), "24");
        tiny.put(Keys.BATCH_LABELS.name(), "4");
        tiny.put(Keys.BATCH_ITEMS.name(), "2");
        tiny.put(Keys.NETWORK_OPTIONS.name(), "input=24,width=4,hidden=8");
        tiny.put(Keys.DIMENSION.name(), "16");
        tiny.put(Keys.STEPS_PER_VERSION.name(), "100");
        return tiny;
    }

    /**
     * What happened.
     *
     * @param records on {@code catalog.items}
     * @param counts of what came out
     * @param violations empty when each item has its one answer
     */
    public record Report(int kills, int brokerKills, int records, String counts, List<String> violations) {

        /** For people. */
        public String text() {
            return kills + " roles and " + brokerKills + " brokers killed or restarted under " + records + " records: "
                    + counts + ". "
                    + (violations.isEmpty()
                            ? "Every item has its one answer, nothing is there twice."
                            : String.join("\n", violations));
        }
    }

    /** Kills, waits until all is done, and compares. */
    public Report run() throws IOException {
        try (CatalogueLoad load = new CatalogueLoad(cluster, random.nextLong());
                CatalogueCheck check = new CatalogueCheck(cluster)) {
            for (Role role : List.of(Role.LABEL, Role.TRAIN, Role.EMBED)) {
                children.put(role, start(role));
            }
            Pace pace = new Pace(load, check, rate);
            pace.until(() -> check.vectors() > 0, SETTLE, children::words);
            for (int round = 0; round < rounds; round++) {
                for (Role role : roles) {
                    pace.during(pause());
                    say.accept("killing " + role.label());
                    children.get(role).kill();
                    children.put(role, start(role));
                    kills++;
                }
                strikeBroker(pace, round % 2 == 0);
            }
            pace.during(pause());
            load.flush();
            say.accept("no more load; waiting until all is done");
            List<String> violations = await(check, load, false);
            if (violations.isEmpty()) {
                promoteAnother(check);
                violations = await(check, load, true);
            }
            return new Report(kills, brokerKills, load.written().size(), check.counts(), violations);
        }
    }

    private void strikeBroker(Pace pace, boolean kill) throws IOException {
        int node = random.nextInt(brokers.count());
        pace.during(pause());
        say.accept((kill ? "killing" : "restarting") + " broker " + (node + 1));
        if (kill) {
            brokers.kill(node);
            pace.during(Duration.ofSeconds(5));
        } else {
            brokers.stop(node);
        }
        brokers.restart(node);
        brokerKills++;
        pace.during(Duration.ofSeconds(5));
        brokers.awaitNodes();
    }

    private Duration pause() {
        return Duration.ofMillis(1500 + random.nextInt(4000));
    }

    private Child start(Role role) throws IOException {
        return Child.start(role.label() + "-" + started++, Set.of(role), folder.resolve(role.label()), values);
    }

    /** Waits until nothing is wrong any more; what is still wrong in the end is. */
    private List<String> await(CatalogueCheck check, CatalogueLoad load, boolean recount) throws IOException {
        long deadline = System.nanoTime() + SETTLE.toNanos();
        List<String> violations = List.of("nothing was looked at");
        while (!violations.isEmpty() && System.nanoTime() < deadline) {
            for (int i = 0; i < 20; i++) {
                check.poll();
            }
            violations = check.violations(load, recount);
        }
        return violations.isEmpty()
                ? violations
                : Stream.concat(violations.stream(), Stream.of(children.words()))
                        .toList();
    }

    /** A generation that opens after the last record, so that its counts can be told from the input alone. */
    private void promoteAnother(CatalogueCheck check) {
        Map<Long, ModelVersion> promotions = check.promotions();
        long now = promotions.keySet().stream().max(Comparator.naturalOrder()).orElseThrow();
        long serving = promotions.values().stream()
                .filter(it -> it.getGeneration() == now)
                .mapToLong(ModelVersion::getVersion)
                .findFirst()
                .orElseThrow();
        long other = serving == 0 ? 1 : 0;
        say.accept("promoting version " + other);
        try (KafkaProducer<String, ModelCommand> producer = new KafkaProducer<>(
                cluster.clientConfig(),
                new StringSerializer(),
                cluster.serde(ModelCommand.class).serializer())) {
            var unused = producer.send(new ProducerRecord<>(
                    cluster.topics().modelCommands().name(),
                    "chaos",
                    ModelCommand.newBuilder()
                            .setId("chaos-promote")
                            .setCommand(CommandType.PROMOTE)
                            .setVersion(other)
                            .setIssuer("chaos")
                            .setTimestamp(System.currentTimeMillis())
                            .build()));
        }
        long deadline = System.nanoTime() + SETTLE.toNanos();
        while (check.completeGeneration() <= now && System.nanoTime() < deadline) {
            check.poll();
        }
    }

    @Override
    public void close() {
        children.close();
        registry.close();
        brokers.close();
        Folders.delete(folder);
    }
}
