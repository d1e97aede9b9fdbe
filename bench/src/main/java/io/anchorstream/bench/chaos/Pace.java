package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Writes records at a steady rate and reads the outputs meanwhile, on the caller's thread. */
final class Pace {
    private final CatalogueLoad load;
    private final CatalogueCheck check;
    private final long nanosPerRecord;
    private long due = System.nanoTime();

    /** Says what the processes said last. */
    @FunctionalInterface
    interface Words {
        String say() throws IOException;
    }

    /** @param rate records a second */
    Pace(CatalogueLoad load, CatalogueCheck check, double rate) {
        this.load = load;
        this.check = check;
        this.nanosPerRecord = (long) (1e9 / rate);
    }

    void during(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            tick();
        }
    }

    /** @throws IllegalStateException if it takes longer than {@code patience} */
    void until(BooleanSupplier condition, Duration patience, Words words) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            tick();
            if (System.nanoTime() > end) {
                throw new IllegalStateException("nothing came out within " + patience + "\n" + words.say());
            }
        }
    }

    private void tick() {
        long now = System.nanoTime();
        due = Math.max(due, now - Duration.ofSeconds(2).toNanos()); // what a halt held up is not made up for at once
        while (due <= now) {
            load.write();
            due += nanosPerRecord;
        }
        check.poll();
    }
}
