/** Starts the roles in the right order with what they need, watches them, and stops them in the reverse order. */
@NullMarked
package io.anchorstream.service.run;

import org.jspecify.annotations.NullMarked;
