package io.anchorstream.service.index;

import java.util.List;

import io.anchorstream.schemas.topics.Topics;

/** Names of the topics the index role reads. */
public record IndexTopics(
        String items, String images, String labels, String aliases, String embeddings, String generations) {

    public static IndexTopics of(Topics topics) {
        return new IndexTopics(
                topics.catalogItems().name(),
                topics.catalogImages().name(),
                topics.catalogLabels().name(),
                topics.labelAliases().name(),
                topics.catalogEmbeddings().name(),
                topics.catalogGenerations().name());
    }

    public List<String> all() {
        return List.of(items, images, labels, aliases, embeddings, generations);
    }
}
