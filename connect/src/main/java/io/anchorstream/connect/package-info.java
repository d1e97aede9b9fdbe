/** Single-message transforms for sinks of Kafka Connect that want another form than our topics have. */
@NullMarked
package io.anchorstream.connect;

import org.jspecify.annotations.NullMarked;
