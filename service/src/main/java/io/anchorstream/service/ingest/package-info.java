/** Puts catalogue entries onto the topic {@code catalog.items}. Reads no topic. */
@NullMarked
package io.anchorstream.service.ingest;

import org.jspecify.annotations.NullMarked;
