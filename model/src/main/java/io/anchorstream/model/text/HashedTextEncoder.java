package io.anchorstream.model.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hashed TF-IDF: words hashed into 2^18 buckets weigh {@code (1 + ln tf) * idf}; the sparse vector is folded into
 * {@code dimension} numbers by a sparse signed random projection (four cells a word, Achlioptas 2003) and normalised.
 * Cosines of the folded vectors differ from the exact ones by about {@code 1 / sqrt(dimension)}. Needs no model file;
 * microseconds a text.
 */
public final class HashedTextEncoder implements TextEncoder {
    /** 256 numbers: 1 KB in a record, and an error of about 0.06 in a cosine. */
    public static final int DEFAULT_DIMENSION = 256;

    private static final int CELLS_PER_TERM = 4;

    private final IdfTable idf;
    private final int dimension;

    public HashedTextEncoder() {
        this(IdfTable.plain(), DEFAULT_DIMENSION);
    }

    public HashedTextEncoder(IdfTable idf, int dimension) {
        if (dimension < 16 || dimension > 4096) {
            throw new IllegalArgumentException("hashed text vectors have 16 to 4096 numbers, not " + dimension);
        }
        this.idf = idf;
        this.dimension = dimension;
    }

    @Override
    public String version() {
        return "hashed-tfidf-" + dimension + "/" + idf.version() + "/" + ItemText.VERSION;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public List<Optional<float[]>> encode(List<String> texts) {
        return texts.stream().map(this::vector).toList();
    }

    @Override
    public void close() {}

    private Optional<float[]> vector(String text) {
        Map<Long, Integer> terms = Terms.of(text);
        float[] vector = new float[dimension];
        terms.forEach((term, count) -> {
            float weight = (float) (1 + Math.log(count)) * idf.weight(term);
            long bits = term;
            for (int cell = 0; cell < CELLS_PER_TERM; cell++) {
                bits = TermHash.mix(bits + cell + 1);
                int index = (int) ((bits >>> 33) % dimension);
                vector[index] += (bits & 1) == 0 ? weight : -weight;
            }
        });
        return UnitVectors.normalise(vector) ? Optional.of(vector) : Optional.empty();
    }
}
