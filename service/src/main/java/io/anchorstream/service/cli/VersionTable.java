package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

import io.anchorstream.service.monitor.Score;
import io.anchorstream.service.monitor.Share;
import io.anchorstream.service.operate.VersionSummary;

/** Versions as lines of a table for a person. */
final class VersionTable {
    private VersionTable() {}

    static void print(List<VersionSummary> versions, PrintWriter out) {
        out.println(
                "version  state        gen  parent     step  pictures  hold-out MAP@R         Recall@1    test Recall@1"
                        + "     cross-domain");
        for (VersionSummary one : versions) {
            out.printf(
                    Locale.ROOT,
                    "%7d  %-11s %4s  %6s  %7d  %8s  %14s  %15s  %15s  %15s  %s%n",
                    one.version(),
                    one.state().toLowerCase(Locale.ROOT).replace('_', ' '),
                    one.generation() < 0 ? "" : one.generation(),
                    one.parent() < 0 ? "" : one.parent(),
                    one.step(),
                    pictures(one),
                    share(one, "holdout.map_at_r"),
                    share(one, "holdout.recall_at_1"),
                    share(one, "test.recall_at_1"),
                    share(one, "test.cross_domain_recall_at_1"),
                    (one.serving() ? "in service" : "")
                            + (one.pinned() ? ", pinned" : "")
                            + (one.paused() ? ", training paused" : ""));
        }
        out.println("cross-domain: Recall@1 of the test groups, query from one domain, gallery from all others");
        out.println("in brackets: points over the untrained network on the same pictures; the hold-out grows with"
                + " the catalogue, so compare versions by these");
    }

    private static String pictures(VersionSummary one) {
        Double pictures =
                one.metrics().getOrDefault("holdout.pictures", one.metrics().get("holdout.items"));
        return pictures == null ? "-" : String.format(Locale.ROOT, "%,.0f", pictures);
    }

    private static String share(VersionSummary one, String score) {
        Double value = one.metrics().get(score);
        Double untrained = one.baselines().get(Score.UNTRAINED + score);
        if (value == null) {
            return "-";
        }
        return untrained == null || one.version() == 0
                ? Share.percent(value)
                : Share.percent(value) + " (" + Share.points(value, untrained) + ")";
    }
}
