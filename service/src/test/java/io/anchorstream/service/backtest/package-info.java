/** Tests of the backtest on small catalogues that they draw themselves. */
@NullMarked
package io.anchorstream.service.backtest;

import org.jspecify.annotations.NullMarked;
