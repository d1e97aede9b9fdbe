package io.anchorstream.service.backtest;

import java.util.Set;

/** What a run is there to be compared with. */
public enum Control {
    NONE("none", "learned online from the stream, labels from text"),
    ORACLE_LABELS("oracle-labels", "the same with group_id as label"),
    OFFLINE("offline", "the same labels, all there from the start, shuffled epochs, as many pictures"),
    FIXED_MARGIN("fixed-margin", "the same with every margin at the mean of the adaptive ones"),
    UNTRAINED("untrained", "the network before its first step"),
    RAW_HOG("raw-hog", "oriented gradients, nothing learned"),
    RAW_PIXELS("raw-pixels", "16 x 16 pixels, nothing learned"),
    RAW_COLOUR_HISTOGRAM("raw-colour-histogram", "64 colours, nothing learned");

    /** Those that train a network of their own beside each loss. */
    public static final Set<Control> LEARNED = Set.of(FIXED_MARGIN, ORACLE_LABELS, OFFLINE);

    /** Those that need no network: computed once, since no seed plays a part. */
    static final Set<Control> RAW = Set.of(RAW_HOG, RAW_PIXELS, RAW_COLOUR_HISTOGRAM);

    private final String id;
    private final String doc;

    Control(String id, String doc) {
        this.id = id;
        this.doc = doc;
    }

    /** As in {@code results.json}. */
    public String id() {
        return id;
    }

    public String doc() {
        return doc;
    }
}
