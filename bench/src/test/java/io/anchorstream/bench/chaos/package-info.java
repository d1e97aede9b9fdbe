@NullMarked
package io.anchorstream.bench.chaos;

import org.jspecify.annotations.NullMarked;
