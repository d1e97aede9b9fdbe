package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.service.export.CompletionFollower;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.ServiceProcess;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "follow",
        description =
                "Runs a command for each generation that is complete, such as one that swaps an alias, until SIGTERM."
                        + " It finds the generation in ANCHORSTREAM_GENERATION, ANCHORSTREAM_MODEL_VERSION and"
                        + " ANCHORSTREAM_ITEMS, and is run again until it succeeds. A broker that is away is waited for.",
        mixinStandardHelpOptions = true)
final class FollowCommand implements Callable<Integer> {
    private static final int LOOK_MILLIS = 2000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final DemoAddress address = new DemoAddress();

    @Option(names = "--exec", required = true, paramLabel = "COMMAND", description = "run by sh -c")
    @SuppressWarnings("NullAway.Init") // required
    private String command;

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            description =
                    "the consumer group that feeds the index, e.g. connect-anchorstream-opensearch: the command waits"
                            + " until it has read every vector of the generation; {generation} in it stands for the"
                            + " generation's number")
    private Optional<String> group = Optional.empty();

    @Option(
            names = "--open",
            paramLabel = "COMMAND",
            description =
                    "run by sh -c as soon as there is a generation, before all of it is: makes what its index needs")
    private Optional<String> open = Optional.empty();

    @Override
    public Integer call() throws InterruptedException, IOException {
        DemoAddress.Found found = address.find();
        found.requireReachable();
        Cluster cluster = found.cluster();
        PrintWriter out = spec.commandLine().getOut();
        try (ServiceProcess process = new ServiceProcess().stopOnSignal();
                Consumer<String, byte[]> consumer = cluster.reader();
                Admin admin = cluster.admin()) {
            new CompletionFollower(cluster.topics(), consumer, admin, cluster.anyRecord(), group, Clock.systemUTC())
                    .run(
                            new Commands(
                                    process,
                                    out,
                                    admin,
                                    cluster.topics().catalogGenerations().name()),
                            process::awaitStop);
        }
        return ExitCode.OK;
    }

    private final class Commands implements CompletionFollower.Listener {
        private final ServiceProcess process;
        private final PrintWriter out;
        private final Admin admin;
        private final String events;

        Commands(ServiceProcess process, PrintWriter out, Admin admin, String events) {
            this.process = process;
            this.out = out;
            this.admin = admin;
            this.events = events;
        }

        @Override
        public boolean opened(GenerationEvent event) throws InterruptedException {
            return open.isEmpty() || run(open.get(), "is there", event);
        }

        @Override
        public boolean completed(GenerationEvent event) throws InterruptedException {
            return run(command, "is complete", event);
        }

        @Override
        public void lost(RetriableException why) throws InterruptedException {
            say(reason(why) + "; it is asked again every " + CompletionFollower.AGAIN.toSeconds() + " s");
        }

        private String reason(RetriableException why) throws InterruptedException {
            if (isMissing()) {
                return "the broker has no topic " + events;
            }
            return why instanceof TimeoutException
                            || why instanceof NetworkException
                            || why instanceof DisconnectException
                    ? "the broker does not answer (" + why.getMessage() + ")"
                    : "the broker cannot tell now (" + why.getClass().getSimpleName() + ": " + why.getMessage() + ")";
        }

        /** A consumer's offsets of a missing topic time out, as those of a missing broker do. */
        private boolean isMissing() throws InterruptedException {
            try {
                admin.describeTopics(List.of(events), new DescribeTopicsOptions().timeoutMs(LOOK_MILLIS))
                        .allTopicNames()
                        .get();
                return false;
            } catch (ExecutionException e) {
                return e.getCause() instanceof UnknownTopicOrPartitionException;
            }
        }

        @Override
        public void found() {
            say("the broker answers again: going on");
        }

        private void say(String text) {
            out.println(text);
            out.flush();
        }

        private boolean run(String line, String what, GenerationEvent event) throws InterruptedException {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", line).inheritIO();
            builder.environment()
                    .putAll(Map.of(
                            "ANCHORSTREAM_GENERATION", Long.toString(event.getGeneration()),
                            "ANCHORSTREAM_MODEL_VERSION", Long.toString(event.getModelVersion()),
                            "ANCHORSTREAM_ITEMS", Long.toString(event.getItems())));
            int code;
            try {
                code = builder.start().waitFor();
            } catch (IOException e) {
                throw new Refusal("there is no shell to run the command: " + e.getMessage(), e);
            }
            say("generation " + event.getGeneration() + " " + what + ": the command ended with " + code
                    + (code == 0 ? "" : "; it is run again in " + CompletionFollower.AGAIN.toSeconds() + " s"));
            if (code != 0) {
                process.awaitStop(CompletionFollower.AGAIN);
            }
            return code == 0;
        }
    }
}
