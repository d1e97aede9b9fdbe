package io.anchorstream.service.http;

import java.util.Map;

/** Answers the health checks. */
@FunctionalInterface
public interface HealthProbe {

    Health check();

    /**
     * @param details state by part, e.g. {@code embed: REBALANCING}
     */
    record Health(boolean ok, Map<String, String> details) {
        public Health {
            details = Map.copyOf(details);
        }
    }
}
