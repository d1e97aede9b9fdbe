/** A real Kafka broker and a schema registry inside this JVM, for the demo and for tests; knows nothing of items. */
@NullMarked
package io.anchorstream.service.embedded;

import org.jspecify.annotations.NullMarked;
