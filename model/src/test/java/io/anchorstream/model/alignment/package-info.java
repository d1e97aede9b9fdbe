@NullMarked
package io.anchorstream.model.alignment;

import org.jspecify.annotations.NullMarked;
