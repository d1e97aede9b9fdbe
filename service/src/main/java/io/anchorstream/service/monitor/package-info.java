/**
 * What the page tells of learning and of the pipeline, read from topics and the Admin API only, so that it is the same
 * whether the roles run in this process or in others. Nothing here changes anything.
 */
@NullMarked
package io.anchorstream.service.monitor;

import org.jspecify.annotations.NullMarked;
