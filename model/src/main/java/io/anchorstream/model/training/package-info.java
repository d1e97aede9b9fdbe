/** The border of the module (ModelRuntime and what it hands out) and the training step behind it. */
@NullMarked
package io.anchorstream.model.training;

import org.jspecify.annotations.NullMarked;
