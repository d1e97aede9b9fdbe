package io.anchorstream.service.monitor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Turns counts into rates a second over the last half minute. Thread-safe. */
final class Rates {
    private static final long WINDOW_MILLIS = 30_000;

    private record Sample(long millis, Map<String, Long> counts) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    synchronized void sample(long millis, Map<String, Long> counts) {
        samples.addLast(new Sample(millis, Map.copyOf(counts)));
        while (samples.size() > 2 && samples.getFirst().millis() < millis - WINDOW_MILLIS) {
            samples.removeFirst();
        }
    }

    synchronized Map<String, Double> perSecond() {
        Map<String, Double> rates = new HashMap<>();
        if (samples.size() < 2) {
            return rates;
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        double seconds = Math.max(0.001, (last.millis() - first.millis()) / 1000.0);
        last.counts()
                .forEach((name, count) ->
                        rates.put(name, Math.max(0, count - first.counts().getOrDefault(name, count)) / seconds));
        return rates;
    }
}
