package io.anchorstream.topology.labelling;

import java.util.Optional;

/**
 * How the label role gets pictures that items name by address alone.
 *
 * @param source empty refuses such items
 * @param progress is told of each of them
 */
public record Fetching(Optional<PictureSource> source, FetchProgress progress) {

    /** Fetches nothing. */
    public static Fetching none() {
        return new Fetching(Optional.empty(), new FetchProgress());
    }
}
