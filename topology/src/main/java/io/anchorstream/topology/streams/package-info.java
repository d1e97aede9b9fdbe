/** What every Kafka Streams topology here shares: settings, RocksDB tuning, dead letters. No processors. */
@NullMarked
package io.anchorstream.topology.streams;

import org.jspecify.annotations.NullMarked;
