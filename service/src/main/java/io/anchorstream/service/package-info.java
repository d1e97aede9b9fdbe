/** The program itself: {@code main} and nothing else; everything it does lives in the packages below. */
@NullMarked
package io.anchorstream.service;

import org.jspecify.annotations.NullMarked;
