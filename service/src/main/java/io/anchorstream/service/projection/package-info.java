/** Two-dimensional maps of embedding spaces, laid out so that two generations can be compared by eye. */
@NullMarked
package io.anchorstream.service.projection;

import org.jspecify.annotations.NullMarked;
