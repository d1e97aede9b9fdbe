package io.anchorstream.service.catalogue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads text that should be UTF-8 so that bytes that are not cost their own line and no other. */
final class Utf8 {
    /** What is said of a line with such bytes. */
    static final String BROKEN = "it is not UTF-8, as catalogues are; save the file as UTF-8, or convert it:"
            + " iconv -f latin1 -t utf-8 OLD > NEW";

    /** Stands for bytes that are not UTF-8: no character, so that no text holds it by itself. */
    private static final char MARK = '\uFFFF';

    private Utf8() {}

    static BufferedReader open(Path file) throws IOException {
        return open(Files.newInputStream(file), file.toString());
    }

    /**
     * Behind the byte order mark with which spreadsheets begin a file: it would be part of the first name.
     *
     * @throws IOException if it is UTF-16, which would be said of every line
     */
    static BufferedReader open(InputStream source, String name) throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(source, 2);
        byte[] first = bytes.readNBytes(2);
        bytes.unread(first);
        if (isUtf16(first)) {
            source.close();
            throw new IOException(name + " is UTF-16, and catalogues are UTF-8; save it as UTF-8, or convert it:"
                    + " iconv -f utf-16 -t utf-8 OLD > NEW");
        }
        BufferedReader reader = new BufferedReader(new InputStreamReader(
                bytes,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .replaceWith(String.valueOf(MARK))));
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            reader.reset();
        }
        return reader;
    }

    /** By its byte order mark, or by the half of a letter that is zero there. */
    private static boolean isUtf16(byte[] first) {
        return first.length == 2
                && ((first[0] == (byte) 0xFF && first[1] == (byte) 0xFE)
                        || (first[0] == (byte) 0xFE && first[1] == (byte) 0xFF)
                        || first[0] == 0
                        || first[1] == 0);
    }

    static boolean isBroken(String text) {
        return text.indexOf(MARK) >= 0;
    }
}
