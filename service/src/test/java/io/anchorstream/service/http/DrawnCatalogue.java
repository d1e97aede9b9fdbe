package io.anchorstream.service.http;

import java.awt.Color;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.imageio.ImageIO;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;

/** A small catalogue of real pictograms, each drawn by several vendors, for tests of the page. */
final class DrawnCatalogue {
    private static final String FOLDER = "/META-INF/resources/webjars/iconify__json/2.2.378/json/";
    private static final List<String> SETS = List.of("noto-v1", "twemoji", "openmoji", "fxemoji", "emojione");
    private static final int EDGE = 128;

    private DrawnCatalogue() {}

    /** One drawing of a pictogram. */
    @SuppressWarnings("ArrayRecordComponent") // test data
    record Drawing(String id, String group, String domain, String title, byte[] png) {}

    /** The first pictograms that all sets have in common. */
    static List<Drawing> draw(int groups) {
        Map<String, JsonNode> sets = new TreeMap<>();
        TreeSet<String> names = new TreeSet<>();
        for (String set : SETS) {
            JsonNode root = read(set);
            sets.put(set, root);
            List<String> found = new ArrayList<>();
            root.get("icons").fieldNames().forEachRemaining(found::add);
            if (names.isEmpty()) {
                names.addAll(found);
            } else {
                names.retainAll(found);
            }
        }
        names.removeIf(name -> name.startsWith("flag") || name.contains("skin"));
        List<String> all = List.copyOf(names);
        List<Drawing> drawings = new ArrayList<>();
        for (int i = 0; i < Math.min(groups, all.size()); i++) {
            String name = all.get(i * all.size() / Math.min(groups, all.size()));
            for (Map.Entry<String, JsonNode> one : sets.entrySet()) {
                String set = one.getKey();
                JsonNode root = one.getValue();
                drawings.add(new Drawing(
                        set + "/" + name,
                        name,
                        set,
                        name.replace('-', ' '),
                        png(root, root.get("icons").get(name))));
            }
        }
        return drawings;
    }

    private static JsonNode read(String set) {
        try (InputStream in = DrawnCatalogue.class.getResourceAsStream(FOLDER + set + ".json")) {
            if (in == null) {
                throw new IllegalStateException("the pictograms " + set + " are not on the classpath");
            }
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] png(JsonNode set, JsonNode icon) {
        int width = icon.path("width").asInt(set.path("width").asInt(16));
        int height = icon.path("height").asInt(set.path("height").asInt(16));
        String svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\""
                + icon.path("left").asInt(0) + " " + icon.path("top").asInt(0) + " " + width + " " + height + "\">"
                + icon.get("body").asText() + "</svg>";
        SVGDocument document = new SVGLoader()
                .load(
                        new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)),
                        null,
                        LoaderContext.createDefault());
        BufferedImage picture = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, EDGE, EDGE);
        if (document != null) {
            document.render((Component) null, canvas, new ViewBox(8, 8, EDGE - 16, EDGE - 16));
        }
        canvas.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
