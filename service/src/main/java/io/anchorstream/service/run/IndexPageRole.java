package io.anchorstream.service.run;

import java.util.Optional;

import io.anchorstream.service.http.SearchPage;

/** The index role with its page. */
final class IndexPageRole implements RunningRole {
    private final SearchPage page;

    IndexPageRole(SearchPage page) {
        this.page = page;
    }

    @Override
    public String name() {
        return "index";
    }

    @Override
    public String state() {
        long lag = page.role().lag();
        return lag < 0 ? "starting" : "following, " + lag + " records behind";
    }

    @Override
    public boolean ready() {
        return failure().isEmpty() && page.role().lag() >= 0;
    }

    @Override
    public Optional<Throwable> failure() {
        return page.failure();
    }

    @Override
    public void close() {
        page.close();
    }
}
