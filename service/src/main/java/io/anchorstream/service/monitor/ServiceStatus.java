package io.anchorstream.service.monitor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.anchorstream.service.index.Freshness;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import org.jspecify.annotations.Nullable;

/**
 * The service at one moment, from its topics and the broker alone.
 *
 * @param runningAs who runs the whole service, in words, where that is known; null elsewhere
 * @param missingTopics topics that the service needs and the broker does not have
 * @param items records ever appended to the input topic
 * @param learning how far training is
 * @param model the version in service, null before the first
 * @param refresh the newest generation, null before the first
 * @param completed the newest generation that was completed, null before the first
 * @param deadLetters refused records by reason; the last {@link StatusReader#LETTERS} of each partition at most
 * @param freshness item appended to vector written, over the newest vectors; a committed reader sees them a commit later
 */
public record ServiceStatus(
        @Nullable String runningAs,
        List<String> missingTopics,
        long items,
        List<RoleStatus> roles,
        Learning learning,
        @Nullable Model model,
        @Nullable GenerationView refresh,
        @Nullable GenerationView completed,
        DeadLetterCount deadLetters,
        Freshness.Quantiles freshness) {

    /**
     * A role with a consumer group.
     *
     * @param members instances' threads in the group, null when the broker does not say
     * @param lag committed records not consumed yet, null when the role has never committed
     */
    public record RoleStatus(
            String role,
            String group,
            @Nullable Integer members,
            @Nullable Long lag) {}

    /**
     * How far training is.
     *
     * @param stepsToVersion further steps until the next version, null before the first step
     */
    public record Learning(long steps, @Nullable Long stepsToVersion) {}

    /**
     * The version in service.
     *
     * @param since ms since the epoch
     */
    public record Model(long version, long generation, long step, long since, List<ModelScore> scores) {}

    /**
     * A score of the version in service beside what it has to beat.
     *
     * @param name e.g. {@code holdout.recall_at_1}
     * @param pictures it was taken on, null where the version does not tell
     * @param untrained the same of version 0 on the same pictures, null when it was not scored there
     * @param best which raw features do best, e.g. {@code hog}
     */
    public record ModelScore(
            String name,
            double serving,
            @Nullable Long pictures,
            @Nullable Double untrained,
            @Nullable String best,
            @Nullable Double baseline) {}

    /** Counts by reason, the most frequent first. */
    public record DeadLetterCount(long count, Map<String, Long> byReason) {}

    /** The same, of a service of which is known who runs it. */
    public ServiceStatus of(Optional<String> who) {
        return new ServiceStatus(
                who.orElse(null),
                missingTopics,
                items,
                roles,
                learning,
                model,
                refresh,
                completed,
                deadLetters,
                freshness);
    }

    /** What a person should look at, in words; empty = all is well. */
    @JsonProperty
    public String attention() {
        if (!missingTopics.isEmpty()) {
            return runningAs != null
                    ? runningAs + " is starting: its topics are not all there yet; ask again in a few seconds"
                    : "missing topics: " + String.join(", ", missingTopics)
                            + "; a service that is starting makes them in seconds, \"./anchorstream topics create\" now";
        }
        List<String> idle = roles.stream()
                .filter(role -> role.members() != null && role.members() == 0)
                .map(RoleStatus::role)
                .toList();
        if (idle.isEmpty()) {
            return "";
        }
        return runningAs != null
                ? runningAs + " is starting: " + String.join(", ", idle)
                        + " not at work yet; ask again in a few seconds"
                : "nobody runs the role" + (idle.size() == 1 ? " " : "s ") + String.join(", ", idle)
                        + "; \"./anchorstream run --roles " + String.join(",", idle) + "\" does";
    }

    public boolean well() {
        return attention().isEmpty();
    }
}
