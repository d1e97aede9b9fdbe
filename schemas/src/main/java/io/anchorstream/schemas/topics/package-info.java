/** The topic catalogue (names, partitions, retention) and the admin step that creates it; nothing here reads or writes records. */
@NullMarked
package io.anchorstream.schemas.topics;

import org.jspecify.annotations.NullMarked;
