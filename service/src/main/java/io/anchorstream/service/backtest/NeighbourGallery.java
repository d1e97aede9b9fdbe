package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.service.index.PngEncoder;

/** A few test pictures with their nearest neighbours before and after learning, as HTML with the pictures inside. */
final class NeighbourGallery {
    private static final int QUERIES = 10;
    private static final int NEIGHBOURS = 6;
    private static final int EDGE = 56;

    private final List<BacktestItem> items;
    private final boolean acrossDomains;

    NeighbourGallery(List<BacktestItem> items) {
        this.items = items;
        this.acrossDomains =
                items.stream().map(item -> item.entry().domain()).distinct().count() > 1;
    }

    /** Queries are a seeded choice, not the best ones. */
    String html(FloatMatrix before, FloatMatrix after) {
        List<Integer> all = IntStream.range(0, items.size()).boxed().toList();
        List<Integer> queries = Shuffled.of(all, new SplittableRandom(1)).stream()
                .limit(QUERIES)
                .toList();
        StringBuilder html = new StringBuilder("<table class=\"gallery\"><thead><tr><th>query</th><th>before: the ")
                .append(NEIGHBOURS)
                .append(" nearest</th><th>after</th></tr></thead><tbody>");
        for (int query : queries) {
            html.append("<tr><td>").append(picture(query, "")).append("</td><td>");
            nearest(before, query).forEach(row -> html.append(picture(row, hit(query, row))));
            html.append("</td><td>");
            nearest(after, query).forEach(row -> html.append(picture(row, hit(query, row))));
            html.append("</td></tr>");
        }
        return html.append("</tbody></table>").toString();
    }

    private List<Integer> nearest(FloatMatrix unit, int query) {
        float[] scores = new float[unit.rows()];
        unit.timesTransposed(unit, query, query + 1, scores);
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < unit.rows(); row++) {
            boolean sameDomain = items.get(row)
                    .entry()
                    .domain()
                    .equals(items.get(query).entry().domain());
            if (row != query && !(acrossDomains && sameDomain)) {
                rows.add(row);
            }
        }
        rows.sort(Comparator.comparingDouble(row -> -scores[row]));
        return rows.subList(0, Math.min(NEIGHBOURS, rows.size()));
    }

    private String hit(int query, int row) {
        return items.get(row).group().equals(items.get(query).group()) ? "hit" : "";
    }

    private String picture(int row, String style) {
        BacktestItem item = items.get(row);
        String name = Html.escape(item.id());
        return "<img class=\"" + style + "\" width=\"" + EDGE + "\" height=\"" + EDGE + "\" title=\"" + name
                + "\" alt=\"" + name + "\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(PngEncoder.encode(small(item.image()))) + "\">";
    }

    /** Means of whole blocks of pixels: enough for a thumbnail. */
    private static CanonicalImage small(CanonicalImage image) {
        int block = Math.max(1, image.size() / EDGE);
        int size = image.size() / block;
        byte[] rgb = new byte[size * size * 3];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                for (int c = 0; c < 3; c++) {
                    int sum = 0;
                    for (int i = 0; i < block * block; i++) {
                        int at = (y * block + i / block) * image.size() + x * block + i % block;
                        sum += image.rgb()[3 * at + c] & 0xff;
                    }
                    rgb[(y * size + x) * 3 + c] = (byte) (sum / (block * block));
                }
            }
        }
        return new CanonicalImage(size, rgb);
    }
}
