/** JMH benchmarks of single steps: loss, sampler, decoding, labelling. */
@NullMarked
package io.anchorstream.bench.jmh;

import org.jspecify.annotations.NullMarked;
