package io.anchorstream.service.export;

import java.io.IOException;

import io.anchorstream.avro.ItemEmbedding;

/** Takes one generation's vectors, each once. */
interface VectorFile extends AutoCloseable {
    /**
     * @throws IllegalArgumentException if its dimension differs from that of the vectors before
     */
    void add(String id, ItemEmbedding embedding) throws IOException;

    /** What to throw when one generation's vectors have two lengths. */
    static IllegalArgumentException mixed(String id, int length, int dimension) {
        return new IllegalArgumentException("item " + id + " has a vector of " + length + " numbers in a generation of "
                + dimension + "; the topic holds two models' vectors under one generation, which the service never"
                + " writes");
    }

    /** Completes the file. */
    @Override
    void close() throws IOException;
}
