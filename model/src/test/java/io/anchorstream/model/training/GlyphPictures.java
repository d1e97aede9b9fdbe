package io.anchorstream.model.training;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.anchorstream.model.image.CanonicalImage;

/**
 * Pictures made for learning: a class is a red figure of random strokes, and every picture lays a green figure of its
 * own over it. Gradients alone see both; who learns to look past green finds the class.
 */
final class GlyphPictures {
    static final int SIZE = 32;

    private GlyphPictures() {}

    static CanonicalImage picture(long label, int variant) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, SIZE, SIZE);
        draw(graphics, new Random(label * 31 + 7), new Color(220, 30, 30), 3);
        draw(graphics, new Random(label * 7919 + variant * 104729L + 3), new Color(20, 150, 20), 3);
        graphics.dispose();
        byte[] rgb = new byte[SIZE * SIZE * 3];
        for (int i = 0; i < SIZE * SIZE; i++) {
            int pixel = image.getRGB(i % SIZE, i / SIZE);
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return new CanonicalImage(SIZE, rgb);
    }

    private static void draw(Graphics2D graphics, Random random, Color colour, int strokes) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke(2.5f));
        for (int i = 0; i < strokes; i++) {
            graphics.drawLine(at(random), at(random), at(random), at(random));
        }
    }

    private static int at(Random random) {
        return 2 + random.nextInt(SIZE - 4);
    }

    /** A batch of {@code labels x 4} pictures. */
    static TrainingBatch batch(long number, int classes, int labels) {
        Random random = new Random(number);
        List<BatchExample> examples = new ArrayList<>();
        List<Integer> chosen = new ArrayList<>();
        while (chosen.size() < labels) {
            int label = random.nextInt(classes);
            if (!chosen.contains(label)) {
                chosen.add(label);
            }
        }
        for (int label : chosen) {
            int first = random.nextInt(1000);
            for (int k = 0; k < 4; k++) {
                int variant = first + k;
                examples.add(new BatchExample(
                        label + "/" + variant, label, 1f, k == 0, picture(label, variant), text(label)));
            }
        }
        return new TrainingBatch(0, number, examples);
    }

    /** A text of its own for each class, as a sentence encoder would give it. */
    private static float[] text(int label) {
        Random random = new Random(label);
        float[] text = new float[48];
        double square = 0;
        for (int d = 0; d < text.length; d++) {
            text[d] = (float) random.nextGaussian();
            square += text[d] * text[d];
        }
        for (int d = 0; d < text.length; d++) {
            text[d] /= (float) Math.sqrt(square);
        }
        return text;
    }
}
