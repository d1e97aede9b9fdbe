package io.anchorstream.model.training;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.network.PictureSampler;

/**
 * How training pictures are varied: {@code none}, or some of {@code crop}, {@code flip}, {@code colour} joined by
 * {@code +}. A picture's variation depends on the random numbers given, nothing else.
 */
record Augmentation(boolean crop, boolean flip, boolean colour) {
    private static final Set<String> PARTS = new TreeSet<>(Set.of("crop", "flip", "colour"));
    private static final double SMALLEST = 0.8;
    private static final double LARGEST = 1.1;
    private static final double STRETCH = 0.08;
    private static final double GAIN = 0.2;
    private static final double SHIFT = 0.1;

    /**
     * @throws IllegalArgumentException if a part is unknown; lists the known ones
     */
    static Augmentation parse(String text) {
        if (text.isBlank() || text.equals("none")) {
            return new Augmentation(false, false, false);
        }
        Set<String> chosen = new TreeSet<>(Arrays.asList(text.split("\\+", -1)));
        for (String part : chosen) {
            if (!PARTS.contains(part)) {
                throw new IllegalArgumentException("there is no augmentation '" + part + "'; write 'none' or some of "
                        + PARTS + " joined by '+', e.g. crop+flip");
            }
        }
        return new Augmentation(chosen.contains("crop"), chosen.contains("flip"), chosen.contains("colour"));
    }

    /** Writes one varied picture, {@code float[3][size][size]}. */
    void apply(CanonicalImage image, PictureSampler sampler, SplittableRandom random, FloatBuffer out, int offset) {
        int edge = image.size();
        double width = edge;
        double height = edge;
        double left = 0;
        double top = 0;
        if (crop) {
            double scale = random.nextDouble(SMALLEST, LARGEST);
            width = edge * scale * random.nextDouble(1 - STRETCH, 1 + STRETCH);
            height = edge * scale * random.nextDouble(1 - STRETCH, 1 + STRETCH);
            left = (edge - width) * random.nextDouble();
            top = (edge - height) * random.nextDouble();
        }
        boolean mirrored = flip && random.nextBoolean();
        sampler.sample(image, left, top, width, height, mirrored, out, offset);
        if (colour) {
            vary(random, out, offset, sampler.length());
        }
    }

    private static void vary(SplittableRandom random, FloatBuffer out, int offset, int length) {
        int plane = length / 3;
        float shift = (float) random.nextDouble(-SHIFT, SHIFT);
        for (int c = 0; c < 3; c++) {
            float gain = (float) random.nextDouble(1 - GAIN, 1 + GAIN);
            for (int i = offset + c * plane; i < offset + (c + 1) * plane; i++) {
                out.put(i, Math.max(0f, Math.min(1f, out.get(i) * gain + shift)));
            }
        }
    }
}
