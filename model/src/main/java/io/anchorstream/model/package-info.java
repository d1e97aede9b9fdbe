/**
 * The learning core: images and text in, vectors out. Knows nothing of Kafka; its border is plain Java types so that
 * callers never see an NDArray.
 */
@NullMarked
package io.anchorstream.model;

import org.jspecify.annotations.NullMarked;
