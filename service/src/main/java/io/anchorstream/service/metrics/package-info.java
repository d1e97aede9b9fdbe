/** The process's meter registry and what is bound to it; names are documented in docs/metrics.md. */
@NullMarked
package io.anchorstream.service.metrics;

import org.jspecify.annotations.NullMarked;
