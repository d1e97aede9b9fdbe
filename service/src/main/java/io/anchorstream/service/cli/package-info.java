/** The commands: what they take, what they print, how they exit. What they do lives elsewhere. */
@NullMarked
package io.anchorstream.service.cli;

import org.jspecify.annotations.NullMarked;
