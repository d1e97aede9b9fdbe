package io.anchorstream.bench.chaos;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

import io.anchorstream.service.run.Role;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./anchorstream bench chaos}. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = "Kills real processes of the service and checks that nothing was lost or done twice.")
public final class ChaosCommand implements Callable<Integer> {
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

    @Override
    public Integer call() throws Exception {
        if (roles.contains(Role.INDEX)) {
            System.err.println("--roles takes label, train and embed: the index role keeps nothing that others need");
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
            System.out.println(report.text());
            return report.violations().isEmpty() ? 0 : 1;
        }
    }

    private int pipeline(Consumer<String> say) throws Exception {
        try (RoleChaos chaos = new RoleChaos(roles, rounds, rate, seed, say)) {
            RoleChaos.Report report = chaos.run();
            System.out.println(report.text());
            return report.violations().isEmpty() ? 0 : 1;
        }
    }

    private int failOver(Consumer<String> say) throws Exception {
        try (FailOver measurement = new FailOver(Duration.ofSeconds(25), rate, say)) {
            FailOver.Report report = measurement.run();
            System.out.println(report.text());
            return report.violations().isEmpty() ? 0 : 1;
        }
    }
}
