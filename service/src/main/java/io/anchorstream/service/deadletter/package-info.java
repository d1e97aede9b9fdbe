/** Dead letters one by one: what was refused, why, and how it gets another try. Counting them is monitor's. */
@NullMarked
package io.anchorstream.service.deadletter;

import org.jspecify.annotations.NullMarked;
