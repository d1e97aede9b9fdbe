package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.TopicStatus;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "topics",
        description = "Creates the topics on a cluster, and compares a cluster with what they should be.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TopicsCommand.Create.class,
            TopicsCommand.Describe.class,
            TopicsCommand.Diff.class,
        })
final class TopicsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "\"topics create\", \"topics describe\" or \"topics diff\"?");
    }

    private abstract static class OnTopics implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        CommandSpec spec;

        @Mixin
        final ConfigOptions config = new ConfigOptions();

        final PrintWriter out() {
            return spec.commandLine().getOut();
        }

        final int report(List<TopicStatus> statuses, String done) {
            statuses.forEach(status -> out().println(status.describe()));
            long wrong = statuses.stream()
                    .filter(status -> status instanceof TopicStatus.Missing || status instanceof TopicStatus.Differs)
                    .count();
            out().println(wrong == 0 ? done : wrong + " of " + statuses.size() + " topics are not as they should be");
            return wrong == 0 ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "create",
            description = "Creates what is missing; changes nothing.",
            mixinStandardHelpOptions = true)
    static final class Create extends OnTopics {
        @Override
        public Integer call() {
            Settings settings = config.settings();
            Cluster cluster = Cluster.of(settings);
            cluster.requireReachable();
            try (Admin admin = cluster.admin()) {
                short copies = settings.get(Keys.REPLICATION).shortValue();
                return report(TopicAdmin.ensure(admin, cluster.topics(), copies), "all topics are as they should be");
            }
        }
    }

    @Command(name = "diff", description = "Compares; changes nothing.", mixinStandardHelpOptions = true)
    static final class Diff extends OnTopics {
        @Override
        public Integer call() {
            Cluster cluster = Cluster.of(config.settings());
            cluster.requireReachable();
            try (Admin admin = cluster.admin()) {
                return report(TopicAdmin.diff(admin, cluster.topics()), "all topics are as they should be");
            }
        }
    }

    @Command(name = "describe", description = "Prints what the topics are for.", mixinStandardHelpOptions = true)
    static final class Describe extends OnTopics {
        @Override
        public Integer call() {
            for (TopicSpec topic : Cluster.topicsOf(config.settings()).all()) {
                out().printf("%-28s %3d partitions  %s%n", topic.name(), topic.partitions(), topic.purpose());
            }
            return ExitCode.OK;
        }
    }
}
