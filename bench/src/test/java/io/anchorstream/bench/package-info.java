@NullMarked
package io.anchorstream.bench;

import org.jspecify.annotations.NullMarked;
