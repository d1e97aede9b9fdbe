package io.anchorstream.schemas.registry;

import org.apache.avro.Schema;

/** A schema as the registry holds it: its global id, and its version within the subject (from 1). */
public record RegisteredSchema(String subject, int version, int id, Schema schema) {}
