package io.anchorstream.service.catalogue;

/** What became of one line of {@code products.jsonl}. */
public sealed interface CatalogueLine {
    /** Counts from 1. */
    long number();

    /** A usable line. */
    record Read(long number, CatalogueEntry entry) implements CatalogueLine {}

    /**
     * A line that cannot be used.
     *
     * @param reason what is wrong with it and what it should be
     */
    record Refused(long number, String reason) implements CatalogueLine {}
}
