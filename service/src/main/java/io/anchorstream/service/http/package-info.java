/** The HTTP server: page, JSON API, health and metrics. Translates only; what it shows is made in other packages. */
@NullMarked
package io.anchorstream.service.http;

import org.jspecify.annotations.NullMarked;
