package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/** The processes of an experiment, each under what it is for; a new one takes the place of a dead one. */
final class Children<K> implements AutoCloseable {
    private final Map<K, Child> children = new LinkedHashMap<>();

    void put(K what, Child child) {
        children.put(what, child);
    }

    /** @throws NoSuchElementException if none was started for it */
    Child get(K what) {
        Child child = children.get(what);
        if (child == null) {
            throw new NoSuchElementException("no process was started for " + what + ", only for " + children.keySet());
        }
        return child;
    }

    /** What each of them said last. */
    String words() throws IOException {
        StringBuilder words = new StringBuilder();
        for (Child child : children.values()) {
            words.append(child.lastWords()).append('\n');
        }
        return words.toString();
    }

    @Override
    public void close() {
        children.values().stream().filter(Child::isAlive).forEach(Child::close);
    }
}
