/** Kills real processes of the service at awkward moments and checks what they leave against what they should. */
@NullMarked
package io.anchorstream.bench.chaos;

import org.jspecify.annotations.NullMarked;
