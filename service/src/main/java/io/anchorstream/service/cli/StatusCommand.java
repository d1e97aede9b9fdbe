package io.anchorstream.service.cli;

import java.time.Clock;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anchorstream.service.monitor.ServiceStatus;
import io.anchorstream.service.monitor.StatusReader;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        description = "Shows how the service is doing: lag of the roles, the model in service and its scores, the"
                + " refresh, dead letters and freshness. Asks broker and registry only, so it works from any machine; without"
                + " a broker's address it asks the demo.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every role is at work",
            "1:no answer from the broker or the registry",
            "2:wrong flags or configuration",
            "4:the service is starting, topics are missing, or nobody runs a role; the last line says which"
        })
final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final DemoAddress address = new DemoAddress();

    @Option(names = "--json", description = "for programs: one JSON object")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        DemoAddress.Found found = address.find();
        found.requireReachable();
        Cluster cluster = found.cluster();
        ServiceStatus status;
        try (Admin admin = cluster.admin()) {
            status = new StatusReader(
                            cluster.topics(),
                            cluster::rawReader,
                            cluster.anyRecord(),
                            admin,
                            Role.groups(found.settings()))
                    .read()
                    .of(found.living());
        }
        String text = json
                ? JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(status)
                : StatusText.of(status, cluster.bootstrapServers(), Clock.systemUTC());
        spec.commandLine().getOut().println(text);
        return status.well() ? ExitCode.OK : ExitCode.ATTENTION;
    }
}
