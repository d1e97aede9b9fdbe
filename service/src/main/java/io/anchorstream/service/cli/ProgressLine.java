package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.time.Duration;

import io.anchorstream.service.demo.Demo;

/**
 * One line of progress: rewritten in place on a terminal, printed every few seconds elsewhere while it changes. Safe for use by several
 * threads.
 */
public final class ProgressLine implements Demo.Console {
    private static final long EVERY_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long IN_PLACE_NANOS = Duration.ofMillis(200).toNanos();

    private final PrintWriter out;
    private final boolean terminal;
    private long last = System.nanoTime();
    private String shown = "";
    private boolean open;

    public ProgressLine(PrintWriter out) {
        // Only the launcher can tell: from JDK 22 on System.console() is there even when output goes to a file.
        this(out, Boolean.getBoolean("anchorstream.terminal"));
    }

    ProgressLine(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows how far things are, unless that was shown a moment ago. */
    @Override
    public synchronized void update(String text) {
        long now = System.nanoTime();
        if (now - last < (terminal ? IN_PLACE_NANOS : EVERY_NANOS)) {
            return;
        }
        last = now;
        if (!terminal && text.equals(shown)) {
            return;
        }
        shown = text;
        if (terminal) {
            out.print("\r\u001b[2K" + text);
            open = true;
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** Prints a line that stays. */
    @Override
    public synchronized void end(String text) {
        if (open) {
            out.print("\r\u001b[2K");
            open = false;
        }
        out.println(text);
        out.flush();
    }
}
