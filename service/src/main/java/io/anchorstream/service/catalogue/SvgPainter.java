package io.anchorstream.service.catalogue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;

/** Draws SVG documents on white as PNG. Safe for use by several threads. */
final class SvgPainter {
    private final int size;

    SvgPainter(int size) {
        this.size = size;
    }

    /**
     * @throws IOException if the document cannot be read as SVG
     */
    byte[] paint(String document) throws IOException {
        SVGDocument svg = new SVGLoader()
                .load(
                        new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8)),
                        null,
                        LoaderContext.createDefault());
        if (svg == null) {
            throw new IOException("not an SVG document: " + document.substring(0, Math.min(80, document.length())));
        }
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, size, size);
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            svg.render(null, graphics, new ViewBox(0, 0, size, size));
        } finally {
            graphics.dispose();
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream(8192);
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
