package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import io.anchorstream.service.config.Settings;
import io.anchorstream.service.embedded.EmbeddedRegistry;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.ServiceProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "registry",
        description =
                "Runs a schema registry that speaks Confluent's protocol, for a cluster that has none, until SIGTERM"
                        + " or Ctrl-C. One process for a cluster; what it knows is in the topic _schemas. It asks nobody who they"
                        + " are.",
        mixinStandardHelpOptions = true)
final class RegistryCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(names = "--host", paramLabel = "ADDRESS", description = "address to listen on (default ${DEFAULT-VALUE})")
    private String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "N", description = "port to listen on (default ${DEFAULT-VALUE})")
    private int port = 8081;

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = config.settings();
        Cluster.requireBrokers(settings);
        try (ServiceProcess process = new ServiceProcess().stopOnSignal()) {
            EmbeddedRegistry registry =
                    process.own("schema registry", EmbeddedRegistry.start(settings.passedOn("kafka"), host, port));
            PrintWriter out = spec.commandLine().getOut();
            out.println("schema registry at " + registry.url() + ". Ctrl-C stops.");
            out.flush();
            process.await();
        }
        return ExitCode.OK;
    }
}
