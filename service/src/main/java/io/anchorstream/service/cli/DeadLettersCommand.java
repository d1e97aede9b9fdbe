package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;

import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.deadletter.DeadLetter;
import io.anchorstream.service.deadletter.DeadLetterTopic;
import io.anchorstream.service.deadletter.NewerRecords;
import io.anchorstream.service.deadletter.Replay;
import io.anchorstream.service.run.Cluster;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dead-letters",
        description = "Looks at records that were refused, and gives them another try.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DeadLettersCommand.ListThem.class,
            DeadLettersCommand.Show.class,
            DeadLettersCommand.SendAgain.class
        })
final class DeadLettersCommand implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "\"dead-letters list\", \"dead-letters show ID\" or \"dead-letters replay\"?");
    }

    /** One letter as {@code --json} shows it. */
    private record Row(
            String id,
            String time,
            String reason,
            String key,
            int bytes,
            String detail,
            String source,
            @Nullable Boolean replaced,
            Map<String, String> headers) {
        /** @param replaced whether its item has been written again since; null = nobody looked */
        static Row of(DeadLetter letter, @Nullable Boolean replaced) {
            return new Row(
                    letter.id(),
                    when(letter),
                    letter.reason(),
                    letter.key(),
                    letter.bytes(),
                    letter.detail(),
                    origin(letter),
                    replaced,
                    letter.headers());
        }
    }

    private abstract static class OnLetters implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        CommandSpec spec;

        @Mixin
        final DemoAddress address = new DemoAddress();

        @Option(names = "--json", description = "for programs: one JSON value")
        boolean json;

        private final Map<String, Integer> reasons = new TreeMap<>();

        final PrintWriter out() {
            return spec.commandLine().getOut();
        }

        final Cluster cluster() throws IOException {
            DemoAddress.Found found = address.find();
            if (found.demo().isPresent()) {
                found.requireReachable();
            } else {
                Cluster.requireBrokers(found.settings()); // a registry that is away is a reason to look at letters
            }
            return found.cluster();
        }

        static String count(int letters) {
            return letters == 0
                    ? "no dead letters"
                    : String.format(Locale.ROOT, "%,d dead letter%s", letters, letters == 1 ? "" : "s");
        }

        static DeadLetterTopic topic(Cluster cluster, Consumer<byte[], byte[]> consumer) {
            return new DeadLetterTopic(consumer, cluster.topics().deadLetters().name(), PATIENCE);
        }

        final DeadLetter letter(DeadLetterTopic topic, String id) {
            String[] parts = id.split(":", 2);
            if (!id.matches("\\d{1,9}:\\d{1,18}")) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "an ID is PARTITION:OFFSET as dead-letters list shows it, not " + id);
            }
            return topic.find(Integer.parseInt(parts[0]), Long.parseLong(parts[1]))
                    .orElseThrow(() -> new Refusal("there is no dead letter " + id + ", or no more"));
        }

        /** Those a filter lets through. */
        final List<DeadLetter> letters(DeadLetterTopic topic, Filter filter) {
            List<DeadLetter> found = new ArrayList<>();
            topic.read(letter -> {
                reasons.merge(letter.reason(), 1, Integer::sum);
                if (filter.takes(letter)) {
                    found.add(letter);
                }
            });
            found.sort((a, b) -> Long.compare(a.record().timestamp(), b.record().timestamp()));
            return found;
        }

        /** What to ask for instead, where the reason asked for is that of no letter. */
        final String otherReasons(Filter filter) {
            boolean known = filter.reason.map(reasons::containsKey).orElse(true);
            return known || reasons.isEmpty() ? "" : "; the reasons there are: " + String.join(", ", reasons.keySet());
        }
    }

    /** Which letters are meant. */
    static final class Filter {
        @Option(names = "--reason", paramLabel = "CODE", description = "only those refused for this reason")
        private Optional<String> reason = Optional.empty();

        @Option(names = "--key", paramLabel = "ID", description = "only those of this item")
        private Optional<String> key = Optional.empty();

        boolean takes(DeadLetter letter) {
            return reason.map(letter.reason()::equals).orElse(true)
                    && key.map(letter.key()::equals).orElse(true);
        }

        boolean isEmpty() {
            return reason.isEmpty() && key.isEmpty();
        }
    }

    @Command(
            name = "list",
            description = "Lists them, oldest first, and says of which the item has been written again since.",
            mixinStandardHelpOptions = true)
    static final class ListThem extends OnLetters {
        @Mixin
        private final Filter filter = new Filter();

        @Option(names = "--limit", paramLabel = "N", description = "only the newest N (default ${DEFAULT-VALUE})")
        private int limit = 100;

        @Mixin
        private final WrittenAgain again = new WrittenAgain();

        @Override
        public Integer call() throws IOException {
            Cluster cluster = cluster();
            List<DeadLetter> letters;
            List<DeadLetter> shown;
            Optional<Set<String>> replaced;
            try (Consumer<byte[], byte[]> consumer = cluster.rawReader()) {
                letters = letters(topic(cluster, consumer), filter);
                shown = letters.subList(Math.max(0, letters.size() - Math.max(0, limit)), letters.size());
                replaced = again.among(shown, new NewerRecords(consumer));
            }
            if (json) {
                out().println(JsonText.of(shown.stream()
                        .map(letter -> Row.of(
                                letter,
                                replaced.map(ids -> ids.contains(letter.id())).orElse(null)))
                        .toList()));
                return ExitCode.OK;
            }
            if (!shown.isEmpty()) {
                out().printf(
                                Locale.ROOT,
                                "%-10s %-24s  %-22s %-20s %16s  %s%n",
                                "id",
                                "when",
                                "reason",
                                "key",
                                "size",
                                "what is wrong");
            }
            for (DeadLetter letter : shown) {
                out().printf(
                                Locale.ROOT,
                                "%-10s %s  %-22s %-20s %,10d bytes  %s%n",
                                letter.id(),
                                when(letter),
                                letter.reason(),
                                letter.key(),
                                letter.bytes(),
                                replaced.filter(ids -> ids.contains(letter.id()))
                                                .isPresent()
                                        ? "(written again since) " + letter.detail()
                                        : letter.detail());
            }
            out().println(count(letters.size())
                    + more(letters.size() - shown.size())
                    + otherReasons(filter)
                    + again.unknown());
            return ExitCode.OK;
        }

        private static String more(int hidden) {
            return hidden > 0 ? ", " + hidden + " older ones not shown; --limit shows more" : "";
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows one with all its headers, says whether its item has been written again since, and saves its bytes.",
            mixinStandardHelpOptions = true)
    static final class Show extends OnLetters {
        @Parameters(paramLabel = "ID", description = "PARTITION:OFFSET as dead-letters list shows it")
        @SuppressWarnings("NullAway.Init") // required
        private String id;

        @Option(names = "--value", paramLabel = "FILE", description = "receives the original bytes")
        private Optional<Path> file = Optional.empty();

        @Mixin
        private final WrittenAgain again = new WrittenAgain();

        @Override
        public Integer call() throws IOException {
            Cluster cluster = cluster();
            DeadLetter letter;
            Optional<Boolean> replaced;
            try (Consumer<byte[], byte[]> consumer = cluster.rawReader()) {
                letter = letter(topic(cluster, consumer), id);
                replaced =
                        again.among(List.of(letter), new NewerRecords(consumer)).map(ids -> ids.contains(letter.id()));
            }
            if (json) {
                out().println(JsonText.of(Row.of(letter, replaced.orElse(null))));
            } else {
                out().println("dead letter " + letter.id() + ", key " + letter.key() + ", " + letter.bytes()
                        + " bytes, " + when(letter) + ", from " + origin(letter)
                        + (replaced.orElse(false)
                                ? "; the item has been written again since, so that replay leaves it out"
                                : again.unknown()));
                letter.headers().forEach((name, value) -> out().println("  " + name + ": " + value));
            }
            if (file.isPresent()) {
                Files.write(
                        file.get(),
                        letter.bytes() == 0 ? new byte[0] : letter.record().value());
                // What programs read stays one value of JSON.
                (json ? spec.commandLine().getErr() : out())
                        .println("wrote " + letter.bytes() + " bytes to " + file.get());
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "replay",
            description =
                    "Sends some to where they came from once more, such as after a fix. A letter whose item has been"
                            + " written again since is left out. Letters stay on the topic until their time is up.",
            mixinStandardHelpOptions = true)
    static final class SendAgain extends OnLetters {
        @Parameters(paramLabel = "ID", arity = "0..*", description = "PARTITION:OFFSET; or --reason, --key or --all")
        private List<String> ids = new ArrayList<>();

        @Mixin
        private final Filter filter = new Filter();

        @Option(names = "--all", description = "all that are kept")
        private boolean all;

        @Option(names = "--overwrite", description = "even where that undoes a later change of the item")
        private boolean overwrite;

        @Option(names = "--dry-run", description = "only say what would be done")
        private boolean dryRun;

        @Override
        public Integer call() throws IOException {
            if (ids.isEmpty() && filter.isEmpty() && !all) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "which ones? Name IDs, or --reason, --key or --all");
            }
            Cluster cluster = cluster();
            List<Replay.Outcome> outcomes;
            try (Consumer<byte[], byte[]> consumer = cluster.rawReader();
                    Producer<byte[], byte[]> producer = producer(cluster)) {
                DeadLetterTopic topic = topic(cluster, consumer);
                List<DeadLetter> letters = ids.isEmpty()
                        ? letters(topic, filter)
                        : ids.stream().map(id -> letter(topic, id)).toList();
                outcomes = new Replay(consumer, producer).run(letters, overwrite, dryRun);
            }
            long skipped =
                    outcomes.stream().filter(one -> one.skipped().isPresent()).count();
            report(outcomes, skipped);
            return skipped == 0 ? ExitCode.OK : ExitCode.REFUSALS;
        }

        private void report(List<Replay.Outcome> outcomes, long skipped) {
            if (json) {
                List<Map<String, Object>> rows = new ArrayList<>();
                for (Replay.Outcome one : outcomes) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("id", one.letter().id());
                    row.put("key", one.letter().key());
                    row.put("sent", one.skipped().isEmpty() && !dryRun);
                    one.skipped().ifPresent(why -> row.put("skipped", why));
                    rows.add(row);
                }
                out().println(JsonText.of(rows));
                return;
            }
            outcomes.forEach(one -> one.skipped().ifPresent(why -> out().println("left out "
                    + one.letter().id() + " (key " + one.letter().key() + "): " + why)));
            out().println(
                            outcomes.isEmpty()
                                    ? "no dead letters of that kind" + otherReasons(filter)
                                    : (dryRun ? "would send " : "sent ") + (outcomes.size() - skipped) + " of "
                                            + count(outcomes.size()) + " to where they came from");
        }

        private static Producer<byte[], byte[]> producer(Cluster cluster) {
            Map<String, Object> config = new HashMap<>(cluster.clientConfig());
            config.put(ProducerConfig.ACKS_CONFIG, "all");
            config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
            config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.MAX_BATCH_BYTES);
            return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        }
    }

    private static String when(DeadLetter letter) {
        return Instant.ofEpochMilli(letter.record().timestamp()).toString();
    }

    private static String origin(DeadLetter letter) {
        return letter.source()
                .map(source -> source.topic() + " " + source.partition() + ":" + letter.sourceOffset())
                .orElse("unknown");
    }
}
