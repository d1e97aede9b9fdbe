@NullMarked
package io.anchorstream.model.text;

import org.jspecify.annotations.NullMarked;
