package io.anchorstream.service.monitor;

/**
 * Shares of one, such as scores, as people read them: in percent with one decimal, halves up. {@code format.js} has the
 * page's copy of both rules, and a test compares the two, so that page and command line show the same digits.
 */
public final class Share {
    private Share() {}

    /** {@code 0.61249} reads {@code 61.2 %}. */
    public static String percent(double share) {
        return decimal(tenths(share)) + " %";
    }

    /** A difference in points that agrees with both shares as they are shown: {@code +1.3}. */
    public static String points(double share, double over) {
        long tenths = tenths(share) - tenths(over);
        return (tenths < 0 ? "" : "+") + decimal(tenths);
    }

    /** Whole numbers from here on: formats of their own would round once more, each in its own way. */
    private static long tenths(double share) {
        return Math.round(1000 * share);
    }

    private static String decimal(long tenths) {
        return (tenths < 0 ? "-" : "") + Math.abs(tenths) / 10 + '.' + Math.abs(tenths) % 10;
    }
}
