package io.anchorstream.topology.labelling;

import java.nio.ByteBuffer;

import io.anchorstream.avro.CatalogItem;

/** An item on its way through the first half of the topology; each step hands on the next richer form. */
sealed interface ItemEvent {

    SourcePosition source();

    /** The item is gone from the catalogue. Passes every step, so that it stays behind what came before it. */
    record Deleted(SourcePosition source) implements ItemEvent {}

    /** Readable. {@code original} are the bytes on the topic, kept for a dead letter until the picture is decoded. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Parsed(SourcePosition source, CatalogItem item, byte[] original) implements ItemEvent {}

    /** With its unit text vector {@code float[T]}, of length 0 when the text says nothing. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Encoded(SourcePosition source, CatalogItem item, byte[] original, float[] textVector) implements ItemEvent {}

    /** With its canonical picture; the untrusted bytes are gone. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Pictured(SourcePosition source, CatalogItem item, ByteBuffer image, float[] textVector)
            implements ItemEvent {}
}
