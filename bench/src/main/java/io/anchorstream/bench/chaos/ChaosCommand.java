package io.anchorstream.bench.chaos;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

import io.anchorstream.service.run.Role;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./anchorstream bench chaos}. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = "Kills real processes of the service and checks that nothing was lost or done twice.")
public final class ChaosCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Option(
            names = "--kills",
            defaultValue = "100",
            description = "Trainers to kill, at crash points and at random instants (${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of data and of the order of events; their exact timing is the machine's (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--roles",
            split = ",",
            paramLabel = "ROLE",
            description = "Instead of trainers alone, run the whole pipeline on three brokers under load and kill these"
                    + " of label, train and embed in turn, and a broker in each round.")
    private Set<Role> roles = EnumSet.noneOf(Role.class);

    @Option(names = "--rounds", defaultValue = "10", description = "With --roles: rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--rate",
            defaultValue = "25",
            description = "With --roles and --fail-over: records a second (${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--fail-over",
            description =
                    "Instead: one to three processes under load; how long a start, a stop and a kill hold items and"
                            + " training up.")
    private boolean failOver;

    @Option(
            names = "--seconds",
            defaultValue = "25",
            description = "With --fail-over: how long to look after each event (${DEFAULT-VALUE}).")
    private long seconds;

    @Override
    public Integer call() throws Exception {
        if (roles.contains(Role.INDEX)) {
            System.err.println("--roles takes label, train and embed: the index role keeps nothing that others need");
            return 2;
        }
        if (seconds < 1) {
            System.err.println("--seconds must be at least 1, and is " + seconds);
            return 2;
        }
        Consumer<String> say = System.err::println;
        if (failOver) {
            return failOver(say);
        }
        return roles.isEmpty() ? trainers(say) : pipeline(say);
    }

    private int trainers(Consumer<String> say) throws Exception {
        try (TrainerChaos chaos = new TrainerChaos(kills, seed, say)) {
            TrainerChaos.Report report = chaos.run();
            return end(report.text(), report.violations());
        }
    }

    private int pipeline(Consumer<String> say) throws Exception {
        try (RoleChaos chaos = new RoleChaos(roles, rounds, rate, seed, say)) {
            RoleChaos.Report report = chaos.run();
            return end(report.text(), report.violations());
        }
    }

    private int end(String text, List<String> violations) {
        spec.commandLine().getOut().println(text);
        return violations.isEmpty() ? 0 : 1;
    }

    private int failOver(Consumer<String> say) throws Exception {
        try (FailOver measurement = new FailOver(Duration.ofSeconds(seconds), rate, say)) {
            FailOver.Report report = measurement.run();
            return end(report.text(), report.violations());
        }
    }
}
