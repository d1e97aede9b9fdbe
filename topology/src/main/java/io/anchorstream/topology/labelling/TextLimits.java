package io.anchorstream.topology.labelling;

/**
 * How long an item's text may be, in characters; longer is refused, because such a field is a mistake at the source
 * (a page, a file, a stack trace) and its label would be one too.
 *
 * @param keywords number of keywords; each may be {@code title} long
 * @param attributes number of attributes; each value may be {@code description} long
 */
public record TextLimits(int title, int description, int keywords, int category, int attributes) {
    public TextLimits {
        if (title < 1 || description < 1 || keywords < 0 || category < 1 || attributes < 0) {
            throw new IllegalArgumentException("text limits must be positive, not " + title + ", " + description + ", "
                    + keywords + ", " + category + ", " + attributes);
        }
    }

    /** 2,000, 100,000, 256, 1,000 and 256. */
    public static TextLimits defaults() {
        return new TextLimits(2_000, 100_000, 256, 1_000, 256);
    }
}
