/** Networks that turn pictures into vectors, their options and their weights. No learning here: see {@code training}. */
@NullMarked
package io.anchorstream.model.network;

import org.jspecify.annotations.NullMarked;
