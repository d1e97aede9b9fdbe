package io.anchorstream.service.http;

import java.util.List;
import java.util.function.Supplier;

import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.NeighbourChanges;
import io.anchorstream.service.index.SimilaritySearch;
import io.anchorstream.service.monitor.LearningHistory;
import io.anchorstream.service.monitor.PipelineMonitor;
import io.anchorstream.service.projection.MapService;

/**
 * What the page shows.
 *
 * @param credits who drew the pictures and under which licence; empty when the catalogue is the user's own
 */
public record PageSources(
        CatalogueIndex catalogue,
        SimilaritySearch search,
        LearningHistory learning,
        PipelineMonitor pipeline,
        MapService map,
        NeighbourChanges changes,
        PictureDecoder decoder,
        Supplier<List<Credit>> credits) {

    /** Author and licence of a part of the catalogue. */
    public record Credit(String name, String author, String licence, String url, long items) {}
}
