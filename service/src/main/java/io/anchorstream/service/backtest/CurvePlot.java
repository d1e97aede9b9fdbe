package io.anchorstream.service.backtest;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.anchorstream.service.backtest.BacktestRun.Point;

/** Curves over gradient images as an SVG picture that takes its colours from the page's style. */
final class CurvePlot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 280;
    private static final int LEFT = 46;
    private static final int BOTTOM = 34;
    private static final int TOP = 10;
    private static final int RIGHT = 12;
    private static final int COLOURS = 6;
    private static final int LINES = 4;

    private CurvePlot() {}

    /** @param curves by name; drawn in this order */
    static String svg(Map<String, List<Point>> curves) {
        double most = 1;
        double low = 1;
        double high = 0;
        for (List<Point> points : curves.values()) {
            for (Point point : points) {
                most = Math.max(most, point.gradientImages());
                low = Math.min(low, point.value());
                high = Math.max(high, point.value());
            }
        }
        low = Math.max(0, Math.floor(low * 20 - 0.2) / 20);
        high = Math.min(1, Math.ceil(high * 20 + 0.2) / 20);
        StringBuilder svg = new StringBuilder("<svg class=\"plot\" role=\"img\" viewBox=\"0 0 " + WIDTH + " "
                + (HEIGHT + 18 * ((curves.size() + 1) / 2)) + "\">");
        for (int i = 0; i <= LINES; i++) {
            double value = low + (high - low) * i / LINES;
            double y = y(value, low, high);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>",
                    LEFT,
                    WIDTH - RIGHT,
                    y,
                    y,
                    LEFT - 6,
                    y + 4,
                    100 * value));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,.0f</text>",
                    x(most * i / LINES, most),
                    HEIGHT - BOTTOM + 16,
                    most * i / LINES));
        }
        int index = 0;
        for (Map.Entry<String, List<Point>> curve : curves.entrySet()) {
            append(svg, curve.getKey(), curve.getValue(), index, most, low, high);
            index++;
        }
        return svg.append("</svg>").toString();
    }

    private static void append(
            StringBuilder svg, String name, List<Point> points, int index, double most, double low, double high) {
        String colour = "c" + index % COLOURS + (index >= COLOURS ? " dashed" : "");
        svg.append("<polyline class=\"curve ").append(colour).append("\" points=\"");
        points.forEach(point -> svg.append(String.format(
                Locale.ROOT, "%.1f,%.1f ", x(point.gradientImages(), most), y(point.value(), low, high))));
        svg.append("\"/>");
        int legendX = LEFT + index % 2 * (WIDTH - LEFT) / 2;
        int legendY = HEIGHT + 4 + 18 * (index / 2);
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"curve %s\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\">%s</text>",
                colour,
                legendX,
                legendX + 22,
                legendY,
                legendY,
                legendX + 28,
                legendY + 4,
                Html.escape(name)));
    }

    private static double x(double images, double most) {
        return LEFT + (WIDTH - LEFT - RIGHT) * images / most;
    }

    private static double y(double value, double low, double high) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / Math.max(1e-9, high - low);
    }
}
