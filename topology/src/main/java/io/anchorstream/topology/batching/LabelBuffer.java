package io.anchorstream.topology.batching;

/** What is in memory of one label: the numbers of its items, never the items. */
final class LabelBuffer {
    /** Items not yet in a batch, in order of arrival. */
    final SortedLongs fresh = new SortedLongs();
    /** Items for replay: a uniform sample of all that were in a batch. */
    final SortedLongs replay = new SortedLongs();
    /** Items that ever left freshness; the n of the reservoir. */
    long seen;

    int size() {
        return fresh.size() + replay.size();
    }
}
