/** Benchmarks: JMH for single steps, side-by-side runs for whole roles. Nothing depends on this module. */
@NullMarked
package io.anchorstream.bench;

import org.jspecify.annotations.NullMarked;
