/**
 * How instances hear of each other's death at once: a connection to each process of the same consumer groups, which its
 * system closes when the process dies, and what is then done with its memberships and transactions.
 */
@NullMarked
package io.anchorstream.service.peers;

import org.jspecify.annotations.NullMarked;
