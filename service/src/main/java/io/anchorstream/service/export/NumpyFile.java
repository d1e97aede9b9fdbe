package io.anchorstream.service.export;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

import io.anchorstream.avro.ItemEmbedding;

/**
 * A {@code float32[N][D]} array in NumPy's format 1.0, and beside it {@code FILE.ids.txt} with the id of each row. The
 * header is written last, when the number of rows is known.
 */
final class NumpyFile implements VectorFile {
    private static final int HEADER = 128;

    private final SeekableByteChannel channel;
    private final BufferedWriter ids;
    private int dimension;
    private long rows;
    private ByteBuffer row = ByteBuffer.allocate(0);

    NumpyFile(Path file) throws IOException {
        this.channel = Files.newByteChannel(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        this.ids = Files.newBufferedWriter(ids(file));
        channel.write(ByteBuffer.allocate(HEADER));
    }

    static Path ids(Path file) {
        return file.resolveSibling(file.getFileName() + ".ids.txt");
    }

    @Override
    public void add(String id, ItemEmbedding embedding) throws IOException {
        List<Float> vector = embedding.getVector();
        if (rows == 0) {
            dimension = vector.size();
            row = ByteBuffer.allocate(4 * dimension).order(ByteOrder.LITTLE_ENDIAN);
        } else if (vector.size() != dimension) {
            throw VectorFile.mixed(id, vector.size(), dimension);
        }
        row.clear();
        vector.forEach(row::putFloat);
        row.flip();
        while (row.hasRemaining()) {
            channel.write(row);
        }
        ids.write(id.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"));
        ids.write('\n');
        rows++;
    }

    @Override
    public void close() throws IOException {
        try (ids;
                channel) {
            String text = String.format(
                    Locale.ROOT, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, dimension);
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.put((byte) 0x93)
                    .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                    .put((byte) 1)
                    .put((byte) 0);
            header.putShort((short) (HEADER - 10));
            header.put(text.getBytes(StandardCharsets.US_ASCII));
            while (header.position() < HEADER - 1) {
                header.put((byte) ' ');
            }
            header.put((byte) '\n').flip();
            channel.position(0);
            while (header.hasRemaining()) {
                channel.write(header);
            }
        }
    }
}
