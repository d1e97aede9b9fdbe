/**
 * The transactional consume-train-publish loop, the hold-out and the gate. Runs on a thread of its own, never on a
 * stream thread; sees the model only through its plain-Java border.
 */
@NullMarked
package io.anchorstream.topology.training;

import org.jspecify.annotations.NullMarked;
