/** Turning the space of one model version onto that of another, and measuring how well the two then work together. */
@NullMarked
package io.anchorstream.model.alignment;

import org.jspecify.annotations.NullMarked;
