package io.anchorstream.service.catalogue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads text that should be UTF-8 so that bytes that are not cost their own line and no other. */
final class Utf8 {
    /** What is said of a line with such bytes. */
    static final String BROKEN = "it is not UTF-8, as catalogues are; save the file as UTF-8, or convert it:"
            + " iconv -f latin1 -t utf-8 OLD > NEW (-f utf-16 where it came from a spreadsheet as Unicode text)";

    /** Stands for bytes that are not UTF-8: no character, so that no text holds it by itself. */
    private static final char MARK = '\uFFFF';

    private Utf8() {}

    static BufferedReader open(Path file) throws IOException {
        return open(Files.newInputStream(file));
    }

    /** Behind the byte order mark with which spreadsheets begin a file: it would be part of the first name. */
    static BufferedReader open(InputStream bytes) throws IOException {
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

    static boolean isBroken(String text) {
        return text.indexOf(MARK) >= 0;
    }
}
