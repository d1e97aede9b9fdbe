package io.anchorstream.service.peers;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.service.run.StreamsRole;
import io.anchorstream.topology.streams.StreamsSettings;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class PeersIT {
    private static final int PARTITIONS = 4;
    /** So long that whatever comes sooner came without it. */
    private static final String FOREVER_MS = "60000";

    private final String group = SharedKafka.prefix(PeersIT.class) + "label";
    private final String in = group + ".in";
    private final String out = group + ".out";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    @BeforeEach
    void createTopics() throws Exception {
        try (Admin admin = SharedKafka.admin()) {
            admin.createTopics(
                            List.of(new NewTopic(in, PARTITIONS, (short) 1), new NewTopic(out, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    @Test
    void whatAMemberThatVanishesLeavesBehindIsThereForTheOthersAtOnce() throws Exception {
        try (Peers dying = peers();
                Peers survivor = peers();
                Consumer<String, String> first = member(dying);
                Consumer<String, String> second = member(survivor);
                Producer<String, String> transactions =
                        producer(Map.of("transactional.id", group + "-1", "transaction.timeout.ms", FOREVER_MS));
                Producer<String, String> others = producer(Map.of());
                Consumer<String, String> reader = reader()) {
            within30s().until(() -> {
                first.poll(Duration.ofMillis(50));
                second.poll(Duration.ofMillis(50));
                return second.assignment().size() == PARTITIONS / 2 && survivor.watched() == 1;
            });
            dying.presence().announce(group + "-1");
            transactions.initTransactions();
            transactions.beginTransaction();
            transactions
                    .send(new ProducerRecord<>(out, 0, "", "never committed"))
                    .get();
            others.send(new ProducerRecord<>(out, 0, "", "behind it")).get();

            first.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
            dying.presence().vanish();

            within30s().until(() -> {
                second.poll(Duration.ofMillis(50));
                return second.assignment().size() == PARTITIONS;
            });
            List<String> read = new ArrayList<>();
            within30s().until(() -> {
                reader.poll(Duration.ofMillis(50)).forEach(record -> read.add(record.value()));
                return !read.isEmpty();
            });
            assertThat(read).containsExactly("behind it");
            assertThat(survivor.deaths()).isEqualTo(1);
        }
    }

    @Test
    void whoIsTakenForDeadWhileItWorksComesBackAndNothingIsLostOrThereTwice() throws Exception {
        int some = 1_000;
        AtomicInteger sent = new AtomicInteger();
        try (Peers suspect = peers();
                Peers other = peers();
                StreamsRole role = role("suspect", suspect).start();
                StreamsRole second = role("other", other).start();
                Producer<String, String> input = producer(Map.of());
                Consumer<String, String> reader = reader()) {
            send(input, sent, some);
            within30s().until(() -> role.ready() && second.ready() && other.watched() == 1 && everyoneWorks(2));
            String before = memberId(suspect).orElseThrow();

            send(input, sent, some);
            suspect.presence().vanish(); // the connection breaks and the port is closed, but the process works on
            within30s().pollInterval(Duration.ofMillis(5)).until(() -> {
                send(input, sent, 20); // so that it has a transaction open when it is fenced
                return isAnother(memberId(suspect), before);
            });
            within30s().until(() -> everyoneWorks(2));
            send(input, sent, some);
            int count = sent.get();

            List<String> read = new ArrayList<>();
            within30s().until(() -> {
                reader.poll(Duration.ofMillis(50)).forEach(record -> read.add(record.value()));
                return read.size() >= count;
            });
            reader.poll(Duration.ofSeconds(1)).forEach(record -> read.add(record.value()));
            assertThat(read)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, count).mapToObj(String::valueOf).toList());
            assertThat(other.deaths()).isEqualTo(1);
            assertThat(role.failure()).isEmpty();
        }
    }

    @Test
    void aRoleThatIsStoppedLeavesItsGroupAlthoughItsMembersHaveNames() throws Exception {
        try (Peers peers = peers()) {
            StreamsRole role = role("stopped", peers).start();
            within30s().until(() -> everyoneWorks(1));
            role.close();

            assertThat(members()).isEmpty();
        }
    }

    private Peers peers() {
        return Peers.start("127.0.0.1", 0, SharedKafka.admin(), Set.of(group));
    }

    private StreamsRole role(String name, Peers peers) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(in, Consumed.with(Serdes.String(), Serdes.String()).withName("in"))
                .to(out, Produced.with(Serdes.String(), Serdes.String()).withName("out"));
        StreamsSettings standard =
                StreamsSettings.of(group, SharedKafka.bootstrapServers(), folder.resolve(name), group + ".dead");
        Properties properties = standard.toProperties();
        properties.put("main.consumer.group.instance.id", peers.member());
        properties.put("main.consumer.session.timeout.ms", FOREVER_MS);
        properties.put("producer.transaction.timeout.ms", FOREVER_MS);
        return new StreamsRole(name, builder.build(), properties, Clock.systemUTC(), Optional.of(peers.clients()));
    }

    private Consumer<String, String> member(Peers peers) {
        Consumer<String, String> member = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        SharedKafka.bootstrapServers(),
                        "group.id",
                        group,
                        "group.instance.id",
                        peers.member(),
                        "session.timeout.ms",
                        FOREVER_MS,
                        "heartbeat.interval.ms",
                        "500"),
                new StringDeserializer(),
                new StringDeserializer());
        member.subscribe(List.of(in));
        return member;
    }

    private Consumer<String, String> reader() {
        Consumer<String, String> reader = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        SharedKafka.bootstrapServers(),
                        "group.id",
                        group + "-reader",
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new StringDeserializer());
        reader.subscribe(List.of(out));
        return reader;
    }

    private static Producer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", SharedKafka.bootstrapServers());
        // A new topic may refuse the first batch and take the second; the first is then out of order for ever.
        config.put("max.in.flight.requests.per.connection", 1);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // flushed
    private void send(Producer<String, String> producer, AtomicInteger sent, int more) {
        int from = sent.getAndAdd(more);
        IntStream.range(from, from + more)
                .mapToObj(String::valueOf)
                .forEach(number -> producer.send(new ProducerRecord<>(in, number, number)));
        producer.flush();
    }

    private List<MemberDescription> members() throws ExecutionException, InterruptedException {
        return SharedKafka.members(group);
    }

    private boolean everyoneWorks(int count) throws ExecutionException, InterruptedException {
        List<MemberDescription> members = members();
        return members.size() == count
                && members.stream()
                        .allMatch(
                                member -> member.assignment().topicPartitions().size() == PARTITIONS / count);
    }

    private Optional<String> memberId(Peers peers) throws ExecutionException, InterruptedException {
        return members().stream()
                .filter(member -> member.groupInstanceId().orElse("").startsWith(peers.member()))
                .map(MemberDescription::consumerId)
                .findFirst();
    }

    /** It was thrown out, and joined again. */
    private static boolean isAnother(Optional<String> now, String before) {
        return now.isPresent() && !now.get().equals(before);
    }

    private static ConditionFactory within30s() {
        return Awaitility.await()
                .pollInSameThread()
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(ExecutionException.class)
                .atMost(Duration.ofSeconds(30));
    }
}
