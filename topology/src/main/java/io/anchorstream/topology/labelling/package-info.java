/**
 * From catalogue item to weak label: one processor per step, the labelling functions, the leader clustering, and the
 * label topology that wires them. What happens to labelled items afterwards belongs to {@code batching}.
 */
@NullMarked
package io.anchorstream.topology.labelling;

import org.jspecify.annotations.NullMarked;
