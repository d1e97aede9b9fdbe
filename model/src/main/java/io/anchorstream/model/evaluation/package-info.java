/** Scores: retrieval, prequential, and the raw baselines that a learned space must beat. Plain arithmetic, no engine. */
@NullMarked
package io.anchorstream.model.evaluation;

import org.jspecify.annotations.NullMarked;
