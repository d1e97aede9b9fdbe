/** Models as files for other programs. What reads and writes our own formats belongs in {@code checkpoint}. */
@NullMarked
package io.anchorstream.model.export;

import org.jspecify.annotations.NullMarked;
