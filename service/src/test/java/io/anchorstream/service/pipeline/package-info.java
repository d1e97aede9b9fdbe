@NullMarked
package io.anchorstream.service.pipeline;

import org.jspecify.annotations.NullMarked;
