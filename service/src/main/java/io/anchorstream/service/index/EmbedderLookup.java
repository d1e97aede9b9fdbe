package io.anchorstream.service.index;

import java.util.Optional;

import io.anchorstream.model.training.Embedder;

/** Finds the network behind a model version, for queries that are pictures instead of items. */
@FunctionalInterface
public interface EmbedderLookup {

    /** A lookup that knows no version: queries by picture are refused, all others work. */
    EmbedderLookup NONE = version -> Optional.empty();

    /** The embedder of a version, or empty while its weights have not arrived. Owned by the callee: don't close it. */
    Optional<Embedder> forVersion(long modelVersion);
}
