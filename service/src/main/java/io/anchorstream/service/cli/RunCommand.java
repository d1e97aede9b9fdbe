package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.http.SearchPage;
import io.anchorstream.service.metrics.ServiceMetrics;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Learning;
import io.anchorstream.service.run.LogFile;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.RoleStarter;
import io.anchorstream.service.run.RunningRole;
import io.anchorstream.service.run.ServiceProcess;
import io.anchorstream.service.run.TopicSetup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = "Runs some or all roles against a cluster, until SIGTERM or Ctrl-C.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--roles",
            split = ",",
            paramLabel = "ROLE",
            description = "which of label, train, embed, index (default: all)")
    private Set<Role> roles = EnumSet.allOf(Role.class);

    @Option(names = "--port", paramLabel = "N", description = "of /health and /metrics, and of the page")
    private Optional<Integer> port = Optional.empty();

    @Option(names = "--data", paramLabel = "FOLDER", description = "for state stores, checkpoints, indexes and logs")
    private Optional<Path> data = Optional.empty();

    @Override
    public Integer call() throws Exception {
        Map<String, String> flags = new LinkedHashMap<>();
        port.ifPresent(value -> flags.put(Keys.HTTP_PORT.name(), value.toString()));
        data.ifPresent(value -> flags.put(Keys.DATA.name(), value.toString()));
        Settings settings = config.settings(Map.of(), flags);
        if (roles.contains(Role.TRAIN)) {
            Learning.check(settings);
            RoleStarter.loadAhead();
        }
        Cluster cluster = Cluster.of(settings);
        cluster.requireReachable();
        FreePort.require(settings.get(Keys.HTTP_PORT), "--port");
        PrintWriter out = spec.commandLine().getOut();
        Files.createDirectories(settings.get(Keys.DATA));
        Path log = LogFile.open(settings.get(Keys.DATA));
        out.println("brokers " + cluster.bootstrapServers() + ", data in "
                + settings.get(Keys.DATA).toAbsolutePath() + ", log in " + log);
        if (settings.get(Keys.CREATE_TOPICS)) {
            TopicSetup.prepare(cluster, settings.get(Keys.REPLICATION).shortValue());
        } else {
            TopicSetup.check(cluster);
        }
        try (ServiceProcess process = new ServiceProcess().stopOnSignal()) {
            // Owned first, so that it is said last, by whichever thread stops everything.
            process.own("console", () -> {
                out.println("stopped");
                out.flush();
            });
            ServiceMetrics metrics = process.own("metrics", new ServiceMetrics());
            RoleStarter starter = new RoleStarter(settings, cluster, process, metrics, Clock.systemUTC());
            if (!roles.contains(Role.INDEX)) {
                starter.startOperations();
            }
            RoleStarter.Started started = starter.start(roles, List::of);
            Optional<SearchPage> page = started.page();
            started.engine().ifPresent(out::println);
            out.println("running "
                    + roles.stream()
                            .map(role -> role.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "))
                    + page.map(open -> "; page at " + open.address()).orElse("") + ". Ctrl-C stops.");
            out.flush();
            Optional<RunningRole> failed = process.await();
            failed.ifPresent(role -> Ended.report(spec.commandLine().getErr(), role, log));
            return failed.isPresent() ? ExitCode.FAILED : ExitCode.OK;
        }
    }
}
