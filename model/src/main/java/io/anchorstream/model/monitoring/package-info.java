/** Watches a learner while it learns: drift of the stream, collapse of the space, forgetting of what came early. */
@NullMarked
package io.anchorstream.model.monitoring;

import org.jspecify.annotations.NullMarked;
