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
        return page.role().healthy() && page.role().lag() >= 0;
    }

    @Override
    public Optional<Throwable> failure() {
        return page.role().healthy()
                ? Optional.empty()
                : Optional.of(new IllegalStateException("the index role stopped; the log says why"));
    }

    @Override
    public void close() {
        page.close();
    }
}
