@NullMarked
package io.anchorstream.topology.batching;

import org.jspecify.annotations.NullMarked;
