/**
 * What is known of model versions from {@code model.versions} and {@code model.weights}: the state machine, weights in
 * chunks, and the feed that turns promotions into loaded models. Nothing here trains or embeds.
 */
@NullMarked
package io.anchorstream.topology.versions;

import org.jspecify.annotations.NullMarked;
