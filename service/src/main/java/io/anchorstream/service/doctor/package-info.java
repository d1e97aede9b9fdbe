/** Checks whether this machine and its surroundings are fit to run the service, and says how to mend each fault. */
@NullMarked
package io.anchorstream.service.doctor;

import org.jspecify.annotations.NullMarked;
