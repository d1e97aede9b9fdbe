/** Class buffers in RocksDB and the sampler that draws P x K mini-batches from them. Labels are given, not made, here. */
@NullMarked
package io.anchorstream.topology.batching;

import org.jspecify.annotations.NullMarked;
