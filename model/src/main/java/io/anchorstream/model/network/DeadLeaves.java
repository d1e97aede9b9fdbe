package io.anchorstream.model.network;

import java.util.SplittableRandom;

import io.anchorstream.model.image.CanonicalImage;

/**
 * Pictures of nothing in particular whose statistics are near those of photographs: discs of all sizes and colours that
 * cover one another (Lee, Mumford, Huang, IJCV 2001). They tell how a backbone's features lie before the first real
 * picture has come.
 */
final class DeadLeaves {
    /** How many give an idea of a feature's mean and spread. */
    static final int PICTURES = 48;

    private static final int LEAVES = 160;

    private DeadLeaves() {}

    static CanonicalImage picture(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] rgb = new byte[size * size * 3];
        double least = size / 32.0;
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            // Density of radii ~ 1/r^3, as of things seen from all distances.
            double radius = Math.min(size, least / Math.sqrt(Math.max(1e-4, random.nextDouble())));
            disc(rgb, size, random.nextDouble() * size, random.nextDouble() * size, radius, random.nextInt(1 << 24));
        }
        return new CanonicalImage(size, rgb);
    }

    private static void disc(byte[] rgb, int size, double cx, double cy, double radius, int colour) {
        int top = (int) Math.max(0, Math.ceil(cy - radius));
        int bottom = (int) Math.min(size - 1, Math.floor(cy + radius));
        for (int y = top; y <= bottom; y++) {
            double half = Math.sqrt(radius * radius - (y - cy) * (y - cy));
            int left = (int) Math.max(0, Math.ceil(cx - half));
            int right = (int) Math.min(size - 1, Math.floor(cx + half));
            for (int x = left; x <= right; x++) {
                int at = (y * size + x) * 3;
                rgb[at] = (byte) (colour >> 16);
                rgb[at + 1] = (byte) (colour >> 8);
                rgb[at + 2] = (byte) colour;
            }
        }
    }
}
