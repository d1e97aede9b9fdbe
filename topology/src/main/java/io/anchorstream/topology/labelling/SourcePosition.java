package io.anchorstream.topology.labelling;

/**
 * Where an item stands in catalog.items; pairs its picture with its label, and freshness is measured from it.
 *
 * @param timestamp ms since the epoch
 */
record SourcePosition(int partition, long offset, long timestamp) {}
