package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.anchorstream.service.monitor.Score;
import io.anchorstream.service.monitor.Share;
import io.anchorstream.service.operate.VersionSummary;
import org.jspecify.annotations.Nullable;

/** Versions as lines of a table for a person. */
final class VersionTable {
    /** In the order of the columns. */
    private static final List<String> SCORES =
            List.of("holdout.map_at_r", "holdout.recall_at_1", "test.recall_at_1", "test.cross_domain_recall_at_1");

    private VersionTable() {}

    static void print(List<VersionSummary> versions, PrintWriter out) {
        out.println(
                "version  state           gen  parent     step  hold-out/test pictures   hold-out MAP@R         Recall@1"
                        + "    test Recall@1     cross-domain");
        Few few = new Few(versions);
        boolean marked = versions.stream().anyMatch(few::any);
        for (VersionSummary one : versions) {
            out.printf(
                    Locale.ROOT,
                    "%7d  %-14s %4s  %6s  %7d  %22s  %15s  %15s  %15s  %15s  %s%n",
                    one.version(),
                    one.standing(),
                    one.generation() < 0 ? "" : one.generation(),
                    one.parent() < 0 ? "" : one.parent(),
                    one.step(),
                    pictures(one),
                    share(one, SCORES.get(0), few),
                    share(one, SCORES.get(1), few),
                    share(one, SCORES.get(2), few),
                    share(one, SCORES.get(3), few),
                    Stream.of(one.pinned() ? "pinned" : "", one.paused() ? "training paused" : "")
                            .filter(word -> !word.isEmpty())
                            .collect(Collectors.joining(", ")));
        }
        out.println("cross-domain: Recall@1 of the test groups, query from one domain, gallery from all others");
        out.println("in brackets: points over the untrained network on the same pictures; the hold-out grows with"
                + " the catalogue, so compare versions by these");
        if (marked) {
            out.println("*: too few pictures to tell, fewer than " + Score.FEW_PICTURES
                    + " or not half as many as another version was scored on");
        }
    }

    private static String pictures(VersionSummary one) {
        return count(Score.picturesOf("holdout.", one.metrics())) + " / "
                + count(Score.picturesOf("test.", one.metrics()));
    }

    private static String count(@Nullable Long pictures) {
        return pictures == null ? "-" : String.format(Locale.ROOT, "%,d", pictures);
    }

    /** Which scores were taken on too few pictures: another question was asked of them. */
    private record Few(List<VersionSummary> versions) {
        boolean any(VersionSummary one) {
            return SCORES.stream().anyMatch(score -> one.metrics().containsKey(score) && of(one, score));
        }

        boolean of(VersionSummary one, String score) {
            Long pictures = Score.picturesOf(score, one.metrics());
            return pictures != null
                    && (pictures < Score.FEW_PICTURES
                            || versions.stream()
                                    .map(other -> Score.picturesOf(score, other.metrics()))
                                    .anyMatch(other -> other != null && 2 * pictures < other));
        }
    }

    private static String share(VersionSummary one, String score, Few few) {
        Double value = one.metrics().get(score);
        Double untrained = one.baselines().get(Score.UNTRAINED + score);
        if (value == null) {
            return "-";
        }
        return Share.percent(value)
                + (few.of(one, score) ? "*" : "")
                + (untrained == null || one.version() == 0 ? "" : " (" + Share.points(value, untrained) + ")");
    }
}
