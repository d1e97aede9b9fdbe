@NullMarked
package io.anchorstream.model.monitoring;

import org.jspecify.annotations.NullMarked;
