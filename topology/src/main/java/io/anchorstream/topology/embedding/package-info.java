/**
 * The embed role: items wait for picture and label, are embedded in micro-batches, and are embedded again when another
 * model version takes over; completion of each generation is declared once. Loads no models itself.
 */
@NullMarked
package io.anchorstream.topology.embedding;

import org.jspecify.annotations.NullMarked;
