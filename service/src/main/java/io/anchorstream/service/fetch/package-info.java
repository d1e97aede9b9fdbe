/** Fetches pictures from the web, from public addresses only unless told otherwise. Knows nothing of Kafka. */
@NullMarked
package io.anchorstream.service.fetch;

import org.jspecify.annotations.NullMarked;
