/** Who goes first when roles share the cores of one process. */
@NullMarked
package io.anchorstream.topology.pacing;

import org.jspecify.annotations.NullMarked;
