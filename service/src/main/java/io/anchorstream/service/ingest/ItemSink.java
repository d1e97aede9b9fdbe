package io.anchorstream.service.ingest;

import java.util.Optional;

import io.anchorstream.service.catalogue.CatalogueEntry;

/** Takes items in order. */
public interface ItemSink {
    /** Takes nothing and keeps nothing: for a dry run. */
    ItemSink NONE = new ItemSink() {
        @Override
        public void write(CatalogueEntry entry, Optional<byte[]> image) {}

        @Override
        public void flush() {}
    };

    /**
     * Takes an item; it may be on its way still.
     *
     * @param image encoded picture, or empty
     */
    void write(CatalogueEntry entry, Optional<byte[]> image);

    /** Waits until everything taken is safe. */
    void flush();
}
