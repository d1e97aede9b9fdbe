package io.anchorstream.service.catalogue;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonParser;

/** The view box of a drawing. */
record IconFrame(double left, double top, double width, double height) {
    /** What the format falls back to. */
    static final IconFrame DEFAULT = new IconFrame(0, 0, 16, 16);

    /** This frame with one field of the JSON read into it, or unchanged (and the value skipped) if it is none of ours. */
    IconFrame with(String field, JsonParser json) throws IOException {
        if (!json.currentToken().isNumeric()) {
            json.skipChildren();
            return this;
        }
        double value = json.getDoubleValue();
        return switch (field) {
            case "left" -> new IconFrame(value, top, width, height);
            case "top" -> new IconFrame(left, value, width, height);
            case "width" -> new IconFrame(left, top, value, height);
            case "height" -> new IconFrame(left, top, width, value);
            default -> this;
        };
    }

    /** A whole SVG document around a drawing's body. */
    String document(String body) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\""
                + left + " " + top + " " + width + " " + height + "\" width=\"" + width + "\" height=\"" + height
                + "\">" + body + "</svg>";
    }
}
