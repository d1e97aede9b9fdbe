package io.anchorstream.service.backtest;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** A catalogue folder of drawn shapes: each group one polygon, each domain another way to draw it. */
final class DrawnShapes {
    private static final String[] THINGS = {"kettle", "lamp", "chair", "boot", "drum", "clock", "sail", "spade"};
    private static final String[] KINDS = {"copper", "striped", "walnut", "velvet", "tin", "marble"};
    private static final int EDGE = 40;

    private DrawnShapes() {}

    /** Groups of six items in two domains; every fourth group is for testing. */
    static List<String> write(Path folder, int groups, boolean severalDomains) throws IOException {
        Files.createDirectories(folder.resolve("images"));
        List<String> lines = new ArrayList<>();
        for (int group = 0; group < groups; group++) {
            String title = KINDS[group % KINDS.length] + " " + THINGS[group % THINGS.length] + " " + (group * 7919);
            for (int i = 0; i < 6; i++) {
                boolean outline = severalDomains && i % 2 == 1;
                String image = "images/" + group + "-" + i + ".png";
                draw(folder.resolve(image), group, i, outline);
                lines.add(String.format(
                        "{\"id\":\"i%d-%d\",\"title\":\"%s\",\"description\":\"%s\",\"image\":\"%s\",\"keywords\":[\"%s\"],"
                                + "\"category\":\"%s\",\"group_id\":\"g%d\",\"domain\":\"%s\",\"zs_split\":\"%s\"}",
                        group,
                        i,
                        title,
                        "One " + title + " for the home.",
                        image,
                        KINDS[group % KINDS.length],
                        "things",
                        group,
                        outline ? "outline" : "filled",
                        group % 4 == 3 ? "test" : "train"));
            }
        }
        Files.write(folder.resolve("products.jsonl"), lines);
        return lines;
    }

    private static void draw(Path file, int group, int item, boolean outline) throws IOException {
        BufferedImage picture = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, EDGE, EDGE);
        Random shape = new Random(group);
        Random jitter = new Random(group * 100L + item);
        int[] x = new int[5];
        int[] y = new int[5];
        for (int i = 0; i < x.length; i++) {
            x[i] = 4 + shape.nextInt(EDGE - 8) + jitter.nextInt(3) - 1;
            y[i] = 4 + shape.nextInt(EDGE - 8) + jitter.nextInt(3) - 1;
        }
        canvas.setColor(new Color(shape.nextInt(200), shape.nextInt(200), shape.nextInt(200)));
        if (outline) {
            canvas.drawPolygon(x, y, x.length);
        } else {
            canvas.fillPolygon(x, y, x.length);
        }
        canvas.dispose();
        ImageIO.write(picture, "png", file.toFile());
    }
}
