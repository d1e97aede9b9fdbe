package io.anchorstream.service.operate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.topology.versions.VersionHistory;

/**
 * A version as an operator sees it: the fields of {@code ModelVersion} under the same names.
 *
 * @param baselines scores of version 0 ({@code untrained.}) and of raw features on the same pictures
 * @param gateReason why the gate decided as it did, where a command's reason took its place; else empty
 * @param serving whether it is in service now
 */
public record VersionSummary(
        long version,
        String state,
        boolean serving,
        boolean pinned,
        boolean paused,
        long generation,
        long parent,
        long comparedWith,
        long step,
        int dimension,
        String reason,
        String gateReason,
        Map<String, Double> metrics,
        Map<String, Double> reference,
        Map<String, Double> baselines,
        Map<String, Double> compatibility,
        Map<String, Long> offsets,
        Map<String, String> provenance,
        String weightsDigest,
        long weightsBytes,
        String checkpoint,
        long timestamp) {

    public static VersionSummary of(ModelVersion event, VersionHistory history) {
        boolean serving = history.serving()
                .filter(now -> now.getVersion() == event.getVersion())
                .isPresent();
        return new VersionSummary(
                event.getVersion(),
                event.getState().name(),
                serving,
                serving && event.getPinned(),
                serving && event.getPaused(),
                event.getGeneration(),
                event.getParent(),
                event.getComparedWith(),
                event.getStep(),
                event.getDimension(),
                event.getReason(),
                event.getGateReason(),
                new TreeMap<>(event.getMetrics()),
                new TreeMap<>(event.getReference()),
                new TreeMap<>(event.getBaselines()),
                new TreeMap<>(event.getCompatibility()),
                new TreeMap<>(event.getOffsets()),
                new TreeMap<>(event.getProvenance()),
                event.getWeightsDigest(),
                event.getWeightsBytes(),
                event.getCheckpoint(),
                event.getTimestamp());
    }

    /** The state in the words of the page: one version is in service, others were. */
    public String standing() {
        if (serving) {
            return "in service";
        }
        return state.equals(VersionState.PROMOTED.name())
                ? (version == 0 ? "was the start" : "was in service")
                : state.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** For people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("version " + version + ": " + standing()
                + (serving ? " as generation " + generation : "")
                + (pinned ? ", pinned" : "")
                + (paused ? ", training paused" : ""));
        lines.add("  why         " + reason);
        if (!gateReason.isEmpty()) {
            lines.add("  the gate    " + gateReason);
        }
        lines.add("  grown from  " + (parent < 0 ? "nothing" : "version " + parent) + ", step " + step + ", data up to "
                + offsets);
        lines.add("  weights     " + weightsBytes + " bytes, SHA-256 " + weightsDigest);
        lines.add("  last event  " + Instant.ofEpochMilli(timestamp));
        add(lines, "scores", metrics);
        add(lines, comparedWith < 0 ? "reference" : "version " + comparedWith + " on the same hold-out", reference);
        add(lines, "without learning, on the same hold-out", baselines);
        add(lines, comparedWith < 0 ? "compatibility" : "together with version " + comparedWith, compatibility);
        add(lines, "provenance", provenance);
        return lines;
    }

    private static void add(List<String> lines, String title, Map<String, ?> values) {
        if (!values.isEmpty()) {
            lines.add("  " + title);
            values.forEach((name, value) -> lines.add(
                    value instanceof Double number && number != Math.rint(number)
                            ? String.format(Locale.ROOT, "    %-36s %.4f", name, number)
                            : String.format(Locale.ROOT, "    %-36s %s", name, plain(value))));
        }
    }

    /** Counts are kept as numbers with a fraction. */
    private static Object plain(Object value) {
        return value instanceof Double number ? (Object) number.longValue() : value;
    }
}
