package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.TopicStatus;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.SchemaSetup;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "topics",
        description =
                "Creates the topics on a cluster, compares a cluster with what they should be, and lists who needs"
                        + " which rights.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TopicsCommand.Create.class,
            TopicsCommand.Describe.class,
            TopicsCommand.Diff.class,
            AclsCommand.class,
        })
final class TopicsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "\"topics create\", \"topics describe\", \"topics diff\" or \"topics acls\"?");
    }

    /** One topic as {@code --json} shows it. */
    private record TopicRow(
            String name,
            @Nullable String state,
            int partitions,
            String purpose,
            Map<String, String> config,
            List<TopicStatus.Difference> differences) {
        static TopicRow of(TopicSpec topic, @Nullable TopicStatus status) {
            return new TopicRow(
                    topic.name(),
                    status == null ? null : status.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                    topic.partitions(),
                    topic.purpose(),
                    topic.config(),
                    status instanceof TopicStatus.Differs differs ? differs.differences() : List.of());
        }
    }

    private abstract static class OnTopics implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        CommandSpec spec;

        @Mixin
        final DemoAddress address = new DemoAddress();

        @Option(names = "--json", description = "for programs: one JSON object")
        boolean json;

        final PrintWriter out() {
            return spec.commandLine().getOut();
        }

        /** Returns whether all are as they should be. */
        final boolean report(List<TopicStatus> statuses, Map<String, Integer> schemas) {
            long wrong = statuses.stream()
                    .filter(status -> status instanceof TopicStatus.Missing || status instanceof TopicStatus.Differs)
                    .count();
            if (json) {
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put(
                        "topics",
                        statuses.stream()
                                .map(status -> TopicRow.of(status.spec(), status))
                                .toList());
                answer.put("schemas", schemas);
                out().println(JsonText.of(answer));
            } else {
                statuses.forEach(status -> out().println(status.describe()));
                schemas.forEach((subject, id) -> out().println("schema     " + subject + " (id " + id + ")"));
                out().println(
                                wrong == 0
                                        ? "all topics are as they should be"
                                        : wrong + " of " + statuses.size() + " topics are not as they should be");
            }
            return wrong == 0;
        }
    }

    @Command(
            name = "create",
            description = "Creates what is missing; changes nothing.",
            mixinStandardHelpOptions = true)
    static final class Create extends OnTopics {
        @Option(
                names = "--schemas",
                description =
                        "also registers every schema the service writes, for registry.auto.register.schemas=false")
        private boolean schemas;

        @Override
        public Integer call() throws IOException {
            DemoAddress.Found found = address.find();
            found.requireReachable();
            Settings settings = found.settings();
            Cluster cluster = found.cluster();
            try (Admin admin = cluster.admin()) {
                short copies = settings.get(Keys.REPLICATION).shortValue();
                List<TopicStatus> statuses = TopicAdmin.ensure(admin, cluster.topics(), copies);
                boolean well = report(statuses, schemas ? SchemaSetup.register(cluster, settings) : Map.of());
                return well ? ExitCode.OK : ExitCode.FAILED;
            }
        }
    }

    @Command(
            name = "diff",
            description = "Compares; changes nothing. Ends with 4 where something differs.",
            mixinStandardHelpOptions = true)
    static final class Diff extends OnTopics {
        @Override
        public Integer call() throws IOException {
            DemoAddress.Found found = address.find();
            found.requireReachable();
            Cluster cluster = found.cluster();
            try (Admin admin = cluster.admin()) {
                boolean well = report(TopicAdmin.diff(admin, cluster.topics()), Map.of());
                return well ? ExitCode.OK : ExitCode.ATTENTION;
            }
        }
    }

    @Command(name = "describe", description = "Prints what the topics are for.", mixinStandardHelpOptions = true)
    static final class Describe extends OnTopics {
        @Override
        public Integer call() throws IOException {
            List<TopicSpec> topics = Cluster.topicsOf(address.settings()).all();
            if (json) {
                out().println(JsonText.of(Map.of(
                        "topics",
                        topics.stream().map(topic -> TopicRow.of(topic, null)).toList())));
                return ExitCode.OK;
            }
            for (TopicSpec topic : topics) {
                out().printf(
                                "%-28s %3d %-10s  %s%n",
                                topic.name(),
                                topic.partitions(),
                                topic.partitions() == 1 ? "partition" : "partitions",
                                topic.purpose());
            }
            return ExitCode.OK;
        }
    }
}
