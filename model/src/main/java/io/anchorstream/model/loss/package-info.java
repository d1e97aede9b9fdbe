/**
 * Losses, miners and the cross-batch memory, as plain arithmetic on {@code float[]}: a loss returns its value and its
 * gradient, and keeps and updates its own parameters. Nothing here knows the engine; the trainer feeds the gradient back
 * through the network.
 */
@NullMarked
package io.anchorstream.model.loss;

import org.jspecify.annotations.NullMarked;
