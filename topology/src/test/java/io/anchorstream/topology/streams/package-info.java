@NullMarked
package io.anchorstream.topology.streams;

import org.jspecify.annotations.NullMarked;
