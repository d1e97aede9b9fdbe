/** The whole service in one JVM on a catalogue it draws itself. Uses everything else; nothing uses it but its command. */
@NullMarked
package io.anchorstream.service.demo;

import org.jspecify.annotations.NullMarked;
