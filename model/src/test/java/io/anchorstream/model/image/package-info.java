@NullMarked
package io.anchorstream.model.image;

import org.jspecify.annotations.NullMarked;
