package io.anchorstream.service.cli;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.monitor.Score;
import io.anchorstream.service.monitor.ServiceStatus;
import io.anchorstream.service.monitor.ServiceStatus.Model;
import io.anchorstream.service.monitor.ServiceStatus.ModelScore;
import io.anchorstream.service.monitor.ServiceStatus.RoleStatus;
import io.anchorstream.service.monitor.Share;
import org.jspecify.annotations.Nullable;

/** The status as one screen of text. */
final class StatusText {
    private static final int REASONS = 4;

    private final ServiceStatus status;
    private final Clock clock;
    private final List<String> lines = new ArrayList<>();

    private StatusText(ServiceStatus status, Clock clock) {
        this.status = status;
        this.clock = clock;
    }

    static String of(ServiceStatus status, String brokers, Clock clock) {
        return new StatusText(status, clock).write(brokers);
    }

    private String write(String brokers) {
        lines.add("Anchorstream at " + brokers);
        if (status.missingTopics().isEmpty()) {
            line("items", String.format(Locale.ROOT, "%,d records in; %s", status.items(), refused()));
            String name = "roles";
            for (RoleStatus role : status.roles()) {
                line(name, role(role));
                name = "";
            }
            line("training", training(status.learning()));
            model(status.model());
            line("refresh", generation(status.refresh()));
            if (!Objects.equals(status.refresh(), status.completed())) {
                line("complete", generation(status.completed()));
            }
            line("freshness", freshness());
        }
        if (!status.well()) {
            lines.add("! " + status.attention());
        }
        return String.join(System.lineSeparator(), lines);
    }

    private String refused() {
        long count = status.deadLetters().count();
        if (count == 0) {
            return "no dead letters";
        }
        return String.format(Locale.ROOT, "%,d dead letters: ", count)
                + status.deadLetters().byReason().entrySet().stream()
                        .limit(REASONS)
                        .map(one -> one.getKey() + " " + one.getValue())
                        .collect(Collectors.joining(", "))
                + (status.deadLetters().byReason().size() > REASONS ? ", ..." : "");
    }

    private static String role(RoleStatus role) {
        String lag = role.lag() == null
                ? "has not consumed anything yet"
                : String.format(Locale.ROOT, "%,d records waiting", role.lag());
        Integer members = role.members();
        String running = members == null ? "" : members == 0 ? ", not running" : ", running";
        return String.format(Locale.ROOT, "%-6s %s%s", role.role(), lag, running);
    }

    private static String training(ServiceStatus.Learning learning) {
        String steps = String.format(Locale.ROOT, "%,d step%s", learning.steps(), learning.steps() == 1 ? "" : "s");
        Long left = learning.stepsToVersion();
        return left == null
                ? steps
                : steps + String.format(Locale.ROOT, "; %,d more to the next version (new items bring them)", left);
    }

    private void model(@Nullable Model model) {
        if (model == null) {
            line("model", "none in service yet");
            return;
        }
        line(
                "model",
                String.format(
                        Locale.ROOT,
                        "version %d in service (step %,d, generation %d), last heard of %s%s",
                        model.version(),
                        model.step(),
                        model.generation(),
                        ago(model.since()),
                        searched(model)));
        for (ModelScore score : model.scores()) {
            StringBuilder text = new StringBuilder(
                    String.format(Locale.ROOT, "%s %s", Score.nameOf(score.name()), Share.percent(score.serving())));
            Long pictures = score.pictures();
            if (pictures != null) {
                text.append(String.format(
                        Locale.ROOT,
                        " on %,d pictures%s",
                        pictures,
                        pictures < Score.FEW_PICTURES ? " (too few to tell)" : ""));
            }
            Double untrained = score.untrained();
            if (untrained != null) {
                text.append("; untrained ").append(Share.percent(untrained));
            }
            Double baseline = score.baseline();
            if (baseline != null) {
                text.append("; best without a network: ")
                        .append(Score.rawNameOf(Objects.requireNonNullElse(score.best(), "?")))
                        .append(' ')
                        .append(Share.percent(baseline));
            }
            line("", text.toString());
        }
    }

    /** An index swaps when a generation is complete, so that what is searched lags behind what was promoted. */
    private String searched(Model model) {
        GenerationView complete = status.completed();
        return complete == null || complete.generation() >= model.generation()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; searches use version %d until generation %d is complete",
                        complete.modelVersion(),
                        model.generation());
    }

    private String generation(@Nullable GenerationView one) {
        if (one == null) {
            return "none yet";
        }
        String whole = String.format(
                Locale.ROOT, "generation %d with version %d: %s, ", one.generation(), one.modelVersion(), one.phase());
        // Items that come later join a complete generation, so that its count is that of one moment.
        return whole
                + (one.completedAt() > 0
                        ? String.format(
                                Locale.ROOT,
                                "%,d of the %,d items that were there %s",
                                one.embedded(),
                                one.items(),
                                ago(one.completedAt()))
                        : one.items() == 0
                                ? withoutItems(one)
                                : String.format(
                                        Locale.ROOT,
                                        "%,d of %,d items so far (%s)",
                                        one.embedded(),
                                        one.items(),
                                        Share.percent((double) one.embedded() / one.items())));
    }

    /** Why there is nothing to count: partitions report also when they are empty. */
    static String withoutItems(GenerationView one) {
        return one.parts().isEmpty()
                ? "nothing is known of its items yet"
                : String.format(
                        Locale.ROOT,
                        "%d of %d partitions reported: no items yet",
                        one.parts().size(),
                        one.partitions());
    }

    private String freshness() {
        Long median = status.freshness().p50Millis();
        Long slow = status.freshness().p99Millis();
        return median == null || slow == null
                ? "no new item among the newest vectors, a refresh wrote them"
                : String.format(
                        Locale.ROOT,
                        "p50 %.2f s, p99 %.2f s from append to vector, over the %,d new items among the newest vectors",
                        median / 1000.0,
                        slow / 1000.0,
                        status.freshness().count());
    }

    private String ago(long timestamp) {
        long seconds = Math.max(0, (clock.millis() - timestamp) / 1000);
        return seconds < 60
                ? seconds + " s ago"
                : seconds < 3_600
                        ? seconds / 60 + " min ago"
                        : seconds < 86_400 ? seconds / 3_600 + " h ago" : seconds / 86_400 + " days ago";
    }

    private void line(String name, String text) {
        lines.add(String.format(Locale.ROOT, "  %-10s %s", name, text));
    }
}
