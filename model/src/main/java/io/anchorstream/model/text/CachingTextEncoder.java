package io.anchorstream.model.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** Remembers recent texts: catalogues repeat their wording, and an encoder is the slowest step of labelling. */
public final class CachingTextEncoder implements TextEncoder {
    private final TextEncoder encoder;
    private final Cache<String, Optional<float[]>> vectors;

    /**
     * @param encoder closed with this one
     * @param maxBytes bound on the memory for texts and vectors
     */
    public CachingTextEncoder(TextEncoder encoder, long maxBytes) {
        this.encoder = encoder;
        int vectorBytes = encoder.dimension() * Float.BYTES;
        this.vectors = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((String text, Optional<float[]> vector) -> text.length() + vectorBytes + 100)
                .build();
    }

    @Override
    public String version() {
        return encoder.version();
    }

    @Override
    public int dimension() {
        return encoder.dimension();
    }

    @Override
    public List<Optional<float[]>> encode(List<String> texts) {
        Map<String, Optional<float[]>> known = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (String text : texts) {
            Optional<float[]> vector = vectors.getIfPresent(text);
            if (vector != null) {
                known.put(text, vector);
            } else if (!missing.contains(text)) {
                missing.add(text);
            }
        }
        if (!missing.isEmpty()) {
            List<Optional<float[]>> encoded = encoder.encode(missing);
            for (int i = 0; i < missing.size(); i++) {
                known.put(missing.get(i), encoded.get(i));
                vectors.put(missing.get(i), encoded.get(i));
            }
        }
        // Copies: a caller that changes its vector must not change everybody's.
        return texts.stream()
                .map(text -> known.getOrDefault(text, Optional.empty()).map(float[]::clone))
                .toList();
    }

    @Override
    public void close() {
        encoder.close();
    }
}
