package io.anchorstream.bench.chaos;

/** Where a trainer can be made to halt, in the order in which it comes past. */
enum CrashPoint {
    WRITE_BEGUN("the checkpoint's temporary folder is there"),
    WRITE_UNDER_WAY("some files of the checkpoint are written"),
    WRITE_FLUSHED("the manifest is written, the folder is not renamed"),
    WRITTEN("the checkpoint is renamed, the transaction has not begun"),
    CHUNKS("in the transaction, between two chunks"),
    EVENT("in the transaction, before an event"),
    COMMIT("around the commit"),
    COMMITTED("shortly after the commit");

    private final String doc;

    CrashPoint(String doc) {
        this.doc = doc;
    }

    String doc() {
        return doc;
    }

    /** Whether it shows in the folder of checkpoints rather than in what is sent. */
    boolean isOnDisk() {
        return compareTo(WRITTEN) <= 0;
    }
}
