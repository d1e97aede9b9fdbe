@NullMarked
package io.anchorstream.topology.labelling;

import org.jspecify.annotations.NullMarked;
