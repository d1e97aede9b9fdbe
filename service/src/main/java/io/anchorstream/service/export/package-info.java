/** Writes the embeddings of one generation to a file for others to read. Starts no role. */
@NullMarked
package io.anchorstream.service.export;

import org.jspecify.annotations.NullMarked;
