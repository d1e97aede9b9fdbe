package io.anchorstream.service.run;

import java.util.Optional;

import io.anchorstream.topology.versions.ModelFeed;

/** The model feed as a part that is watched: without it the embed and index roles would never see another version. */
final class ModelFeedRole implements RunningRole {
    private final ModelFeed feed;

    ModelFeedRole(ModelFeed feed) {
        this.feed = feed;
    }

    @Override
    public String name() {
        return "model feed";
    }

    @Override
    public String state() {
        if (failure().isPresent()) {
            return "failed";
        }
        return feed.isCaughtUp() ? "following" : "starting";
    }

    @Override
    public boolean ready() {
        return failure().isEmpty() && feed.isCaughtUp();
    }

    @Override
    public Optional<Throwable> failure() {
        return feed.failure();
    }

    @Override
    public void close() {
        feed.close();
    }
}
