package io.anchorstream.service.monitor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns counts into rates a second, over the last half minute and as a trail over the last five. Thread-safe. */
final class Rates {
    static final long TRAIL_MILLIS = 10_000;
    private static final long WINDOW_MILLIS = 30_000;
    private static final long KEPT_MILLIS = 300_000;

    private record Sample(long millis, Map<String, Long> counts) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    synchronized void sample(long millis, Map<String, Long> counts) {
        samples.addLast(new Sample(millis, Map.copyOf(counts)));
        while (samples.size() > 2 && samples.getFirst().millis() < millis - KEPT_MILLIS) {
            samples.removeFirst();
        }
    }

    synchronized Map<String, Double> perSecond() {
        Map<String, Double> rates = new HashMap<>();
        if (samples.size() < 2) {
            return rates;
        }
        Sample last = samples.getLast();
        Sample first = windowStart(last.millis());
        double seconds = Math.max(0.001, (last.millis() - first.millis()) / 1000.0);
        last.counts()
                .forEach((name, count) ->
                        rates.put(name, Math.max(0, count - first.counts().getOrDefault(name, count)) / seconds));
        return rates;
    }

    private Sample windowStart(long now) {
        Sample start = samples.getFirst();
        for (Sample sample : samples) {
            if (sample.millis() > now - WINDOW_MILLIS) {
                break;
            }
            start = sample;
        }
        return start;
    }

    /** Rates of the last five minutes, oldest first; a series as short as the time looked at so far. */
    synchronized Map<String, List<Double>> trails() {
        Map<String, List<Double>> trails = new HashMap<>();
        Sample from = samples.peekFirst();
        if (from == null) {
            return trails;
        }
        for (Sample to : samples) {
            if (to.millis() - from.millis() < TRAIL_MILLIS) {
                continue;
            }
            double seconds = (to.millis() - from.millis()) / 1000.0;
            for (Map.Entry<String, Long> count : to.counts().entrySet()) {
                long before = from.counts().getOrDefault(count.getKey(), count.getValue());
                trails.computeIfAbsent(count.getKey(), name -> new ArrayList<>())
                        .add(Math.max(0, count.getValue() - before) / seconds);
            }
            from = to;
        }
        return trails;
    }
}
