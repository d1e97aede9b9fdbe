package io.anchorstream.model.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.anchorstream.model.evaluation.PrequentialScore;
import io.anchorstream.model.loss.LossResult;
import io.anchorstream.model.loss.SavedState;

/** All alarms of one learner and the numbers they stand on. Alarms are raised once, at the step that shows them. */
public final class LearningWatch {
    /** Before an alarm's name among a step's metrics, whose value is then 1. */
    public static final String ALARM = "alarm.";

    /** The stream brings something else than before. */
    public static final String DRIFT = ALARM + "drift";

    /** The embeddings have become one, or the loss stands still. */
    public static final String COLLAPSE = ALARM + "collapse";

    /** The first items of the stream are told apart worse than they were. */
    public static final String FORGETTING = ALARM + "forgetting";

    /** Of all alarms, without {@link #ALARM}. */
    public static final List<String> NAMES = List.of("drift", "collapse", "forgetting");

    private static final int PROBES = 128;
    private static final int PROBE_EVERY = 50;

    private final DriftAlarm drift = new DriftAlarm();
    private final CollapseAlarm collapse = new CollapseAlarm();
    private final ProbeSet probes = new ProbeSet(PROBES);

    /** Takes part in every score of a fresh item. */
    public PrequentialScore.Observer scores() {
        return drift;
    }

    public ProbeSet probes() {
        return probes;
    }

    /** Whether the probes are due to be embedded and measured after this step. */
    public boolean measures(long step) {
        return step % PROBE_EVERY == 0 && probes.size() > 1;
    }

    /** Whether there was drift since the last call. */
    public boolean drifted() {
        return drift.poll();
    }

    /** Numbers and alarms of a step, given what it measured. */
    public Map<String, Double> observe(LossResult result) {
        Map<String, Double> metrics = new TreeMap<>(drift.metrics());
        Double spread = result.metrics().get("embedding.spread");
        double loss = result.metrics().getOrDefault(LossResult.METRIC_LOSS, result.loss());
        if (spread != null && result.teaches() && collapse.observe(spread, loss, result.activeShare())) {
            metrics.put(COLLAPSE, 1.0);
        }
        return metrics;
    }

    /** What an alarm says and what may be done about it, for people. */
    public static String meaning(String alarm) {
        return switch (alarm) {
            case "drift" ->
                "the stream brings something else than before, so the memory drops its older half and training goes on;"
                        + " nothing to do if the catalogue has changed";
            case "collapse" ->
                "the embeddings have become one, or the loss stands still; the gate holds such versions back: lower"
                        + " train.learning-rate, or roll back";
            case "forgetting" ->
                "the stream's first items are told apart worse than they were: train.memory-rows, or a lower"
                        + " train.learning-rate, keeps more of them";
            default -> throw new IllegalArgumentException("there is no alarm " + alarm + "; there are " + NAMES);
        };
    }

    /** Names of the alarms among a step's metrics, without {@link #ALARM}. */
    public static List<String> alarms(Map<String, Double> metrics) {
        List<String> names = new ArrayList<>();
        for (String name : new TreeMap<>(metrics).keySet()) {
            if (name.startsWith(ALARM)) {
                names.add(name.substring(ALARM.length()));
            }
        }
        return names;
    }

    public void save(SavedState state) {
        drift.save(state.scope("drift"));
        collapse.save(state.scope("collapse"));
        probes.save(state.scope("probes"));
    }

    public void load(SavedState state) {
        drift.load(state.scope("drift"));
        collapse.load(state.scope("collapse"));
        probes.load(state.scope("probes"));
    }
}
