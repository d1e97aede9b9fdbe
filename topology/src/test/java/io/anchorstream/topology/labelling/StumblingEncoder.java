package io.anchorstream.topology.labelling;

import java.util.List;
import java.util.Optional;

import io.anchorstream.model.text.HashedTextEncoder;
import io.anchorstream.model.text.TextEncoder;

/** Fails on one text, as a library might. */
final class StumblingEncoder implements TextEncoder {
    static final String STONE = "a stone to stumble over";

    private final TextEncoder hashed = new HashedTextEncoder();

    @Override
    public List<Optional<float[]>> encode(List<String> texts) {
        if (texts.stream().anyMatch(text -> text.contains(STONE))) {
            throw new IllegalStateException("stumbled");
        }
        return hashed.encode(texts);
    }

    @Override
    public int dimension() {
        return hashed.dimension();
    }

    @Override
    public String version() {
        return hashed.version();
    }

    @Override
    public void close() {
        hashed.close();
    }
}
