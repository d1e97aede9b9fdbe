/** The declared configuration: every key once, with type, default, rule and documentation. Nothing here starts anything. */
@NullMarked
package io.anchorstream.service.config;

import org.jspecify.annotations.NullMarked;
