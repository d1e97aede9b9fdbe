/** Tensors on disk and on the wire, and checkpoint directories that are either whole or refused. */
@NullMarked
package io.anchorstream.model.checkpoint;

import org.jspecify.annotations.NullMarked;
