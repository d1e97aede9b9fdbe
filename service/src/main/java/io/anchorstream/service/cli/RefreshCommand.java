package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.monitor.RefreshOutlook;
import io.anchorstream.service.monitor.RefreshReader;
import io.anchorstream.service.run.Cluster;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "refresh",
        description =
                "Shows how the re-embedding for a new generation goes, partition by partition, or with --dry-run"
                        + " what one more would cost, going by the last one. Asks broker and registry only; a promotion starts a refresh.",
        mixinStandardHelpOptions = true)
final class RefreshCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final DemoAddress address = new DemoAddress();

    @Parameters(arity = "0..1", paramLabel = "status", description = "how the refresh under way goes")
    private @Nullable String what;

    @Option(names = "--dry-run", description = "predict one more refresh, start nothing")
    private boolean dryRun;

    @Option(names = "--json", description = "for programs: one JSON object")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (dryRun == (what != null) || (what != null && !what.equals("status"))) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "\"refresh status\" or \"refresh --dry-run\"? \"model promote N\" starts one");
        }
        DemoAddress.Found found = address.find();
        found.requireReachable();
        Cluster cluster = found.cluster();
        RefreshOutlook outlook =
                new RefreshReader(cluster.topics(), cluster::rawReader, cluster.anyRecord(), Clock.systemUTC()).read();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(outlook));
        } else if (dryRun) {
            out.println(prediction(outlook));
        } else {
            status(outlook, out);
        }
        return ExitCode.OK;
    }

    static void status(RefreshOutlook outlook, PrintWriter out) {
        GenerationView newest = outlook.newest();
        if (newest == null) {
            out.println("no generation was opened yet: the first version opens it");
            return;
        }
        if (outlook.running() && newest.items() == 0) {
            out.printf(
                    Locale.ROOT,
                    "generation %d with version %d is open, and %s%s%n",
                    newest.generation(),
                    newest.modelVersion(),
                    StatusText.withoutItems(newest),
                    newest.parts().isEmpty() ? ": ask again in a few seconds" : "");
        } else {
            out.printf(
                    Locale.ROOT,
                    "generation %d with version %d: %s, %,d of %,d items, %d of %d partitions done%s%n",
                    newest.generation(),
                    newest.modelVersion(),
                    newest.phase(),
                    newest.embedded(),
                    newest.items(),
                    newest.partitionsDone(),
                    newest.partitions(),
                    pace(outlook));
        }
        for (RefreshOutlook.PartitionPace one : outlook.partitions()) {
            if (one.items() == 0) {
                out.printf(Locale.ROOT, "  partition %3d  no items%n", one.partition());
                continue;
            }
            Double eta = one.etaSeconds();
            out.printf(
                    Locale.ROOT,
                    "  partition %3d  %,10d of %,10d  %5.1f %%  %,8.1f items/s  %s%n",
                    one.partition(),
                    one.embedded(),
                    one.items(),
                    100.0 * one.embedded() / one.items(),
                    one.perSecond(),
                    one.done() ? "done" : eta == null ? "not moving yet" : "about " + time(eta) + " to go");
        }
        RefreshOutlook.Waiting next = outlook.waiting();
        if (next != null) {
            out.printf(
                    Locale.ROOT,
                    "version %d waits as generation %d: the newest promotion is taken up once this generation is"
                            + " complete, or at once by \"model promote %d\"%n",
                    next.version(),
                    next.generation(),
                    next.version());
        }
    }

    private static String pace(RefreshOutlook outlook) {
        RefreshOutlook.Pace all = outlook.all();
        if (all == null || all.seconds() <= 0) {
            return "";
        }
        Double eta = all.etaSeconds();
        return outlook.running()
                ? String.format(Locale.ROOT, ", %,.1f items/s", all.perSecond())
                        + (eta == null ? "" : ", about " + time(eta) + " to go")
                : ", in " + time(all.seconds());
    }

    private static String prediction(RefreshOutlook outlook) {
        RefreshOutlook.Prediction one = outlook.prediction();
        GenerationView newest = outlook.newest();
        return one == null
                ? "nothing to go by: no refresh was completed yet (the first generation does not count, its items arrive"
                        + " while it is built)"
                : String.format(
                        Locale.ROOT,
                        "one more refresh: %,d items at %,.1f items/s (measured on generation %d, all instances"
                                + " together) take about %s; it writes about %,.1f MB of vectors%s",
                        one.items(),
                        one.perSecond(),
                        one.measuredOn(),
                        time(one.seconds()),
                        one.bytes() / 1e6,
                        newest != null && newest.isFinished() && newest.generation() > one.measuredOn()
                                ? "; what came later returned to versions whose vectors were kept"
                                : "");
    }

    private static String time(double seconds) {
        return seconds < 90
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : seconds < 5_400
                        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                        : String.format(Locale.ROOT, "%.1f h", seconds / 3_600);
    }
}
