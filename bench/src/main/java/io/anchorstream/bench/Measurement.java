package io.anchorstream.bench;

import java.util.Locale;
import java.util.Optional;

/**
 * One line of the result.
 *
 * @param ours what the service did, in {@code unit}
 * @param bare what the bare loop did on the same data in the same run, in {@code unit}; empty when there is none
 * @param goal in words
 */
record Measurement(String name, double ours, Optional<Double> bare, String unit, String goal) {

    static final String HEADER = "| what | service | bare loop | ratio | goal |\n|---|---|---|---|---|";

    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %s %s | %s | %s | %s |",
                name,
                number(ours),
                unit,
                bare.map(value -> number(value) + " " + unit).orElse("–"),
                bare.map(value -> String.format(Locale.ROOT, "%.2f", ours / value))
                        .orElse("–"),
                goal);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%,.0f", value);
    }
}
