/** Clients of a schema registry that speaks Confluent's protocol, and what they can answer; no encoding of records. */
@NullMarked
package io.anchorstream.schemas.registry;

import org.jspecify.annotations.NullMarked;
