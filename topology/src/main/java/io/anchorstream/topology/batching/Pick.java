package io.anchorstream.topology.batching;

/** One item chosen for a batch. */
record Pick(long label, long number, boolean fresh) {}
