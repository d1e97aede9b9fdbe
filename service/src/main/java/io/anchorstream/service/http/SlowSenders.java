package io.anchorstream.service.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Reads the bodies of requests so that those who send slowly hold few of the server's threads, and none of them for
 * long. Jetty 12 has a setting for this, {@code minRequestDataRate}, which it does not look at. Safe for use by several
 * threads.
 */
final class SlowSenders {
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int BYTES_PER_SECOND = 16 * 1024;

    private final Semaphore readers;
    private final LongSupplier nanos;

    /**
     * @param readers bodies read at once
     * @param nanos a clock such as {@link System#nanoTime}
     */
    SlowSenders(int readers, LongSupplier nanos) {
        this.readers = new Semaphore(readers);
        this.nanos = nanos;
    }

    /**
     * The body, cut off after {@code most} bytes.
     *
     * @throws ApiException 503 while too many others send, 408 for one that sends too slowly or stops
     */
    byte[] read(InputStream body, int most) {
        if (!readers.tryAcquire()) {
            throw new ApiException(503, "other pictures are being sent just now: try again in a moment");
        }
        try {
            return readInTime(body, most);
        } catch (IOException e) {
            throw new ApiException(408, "the picture stopped arriving: send it again");
        } finally {
            readers.release();
        }
    }

    private byte[] readInTime(InputStream body, int most) throws IOException {
        long begin = nanos.getAsLong();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        while (bytes.size() < most) {
            int count = body.read(buffer, 0, Math.min(buffer.length, most - bytes.size()));
            if (count < 0) {
                break;
            }
            bytes.write(buffer, 0, count);
            Duration allowed = GRACE.plusMillis(1000L * bytes.size() / BYTES_PER_SECOND);
            if (nanos.getAsLong() - begin > allowed.toNanos()) {
                throw new ApiException(
                        408,
                        "the picture arrives too slowly: " + BYTES_PER_SECOND / 1024 + " KB in a second are needed;"
                                + " make it smaller or send it over a faster connection");
            }
        }
        return bytes.toByteArray();
    }
}
