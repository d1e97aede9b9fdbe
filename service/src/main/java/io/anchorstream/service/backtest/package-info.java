/** The real labelling, batching and training code over a recorded catalogue, without Kafka, and what came out of it. */
@NullMarked
package io.anchorstream.service.backtest;

import org.jspecify.annotations.NullMarked;
