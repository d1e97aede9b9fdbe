package io.anchorstream.service.export;

import java.io.IOException;

import io.anchorstream.avro.ItemEmbedding;

/** Takes one generation's vectors, each once. */
interface VectorFile extends AutoCloseable {
    /**
     * @throws IllegalArgumentException if its dimension differs from that of the vectors before
     */
    void add(String id, ItemEmbedding embedding) throws IOException;

    /** Completes the file. */
    @Override
    void close() throws IOException;
}
