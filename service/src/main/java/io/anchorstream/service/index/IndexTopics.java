package io.anchorstream.service.index;

import java.util.List;

/** Names of the topics the index role reads. */
public record IndexTopics(String items, String images, String labels, String embeddings, String generations) {

    public List<String> all() {
        return List.of(items, images, labels, embeddings, generations);
    }
}
