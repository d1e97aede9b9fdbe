/** What an operator does to a running deployment from outside: commands over topics, and their answers. */
@NullMarked
package io.anchorstream.service.operate;

import org.jspecify.annotations.NullMarked;
