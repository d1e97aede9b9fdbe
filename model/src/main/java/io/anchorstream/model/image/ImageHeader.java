package io.anchorstream.model.image;

/**
 * What the container says of its first picture, read without decoding a pixel.
 *
 * @param orientation EXIF orientation 1..8, 1 = upright
 */
record ImageHeader(int width, int height, int orientation) {
    static final int UPRIGHT = 1;

    ImageHeader(int width, int height) {
        this(width, height, UPRIGHT);
    }

    long pixels() {
        return (long) width * height;
    }
}
