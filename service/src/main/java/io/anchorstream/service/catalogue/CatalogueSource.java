package io.anchorstream.service.catalogue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a catalogue is read from, line by line: a folder with {@code products.jsonl}, a JSONL or CSV file, or standard
 * input in JSONL. Pictures named by relative paths lie beside the file.
 *
 * @param name for messages
 * @param file what is read; empty for standard input
 * @param pictures folder of relative picture paths; empty when there is none
 */
public record CatalogueSource(String name, Optional<Path> file, Optional<Path> pictures, Opener opener) {
    /** Opens the lines. */
    public interface Opener {
        /** The lines in order, read as the stream is consumed. Close it. */
        Stream<CatalogueLine> lines() throws IOException;
    }

    /**
     * @param argument FOLDER, FILE.csv, FILE.jsonl, or {@code -}
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static CatalogueSource of(String argument, InputStream standardInput) {
        if (argument.equals("-")) {
            return new CatalogueSource(
                    "standard input",
                    Optional.empty(),
                    Optional.empty(),
                    () -> jsonLines(Utf8.open(standardInput, "standard input")));
        }
        Path path = Path.of(argument);
        if (Files.isDirectory(path)) {
            Path products = path.resolve(CatalogueFolder.PRODUCTS);
            if (!Files.isRegularFile(products)) {
                throw new IllegalArgumentException("no " + CatalogueFolder.PRODUCTS + " in " + path
                        + "; a catalogue folder holds " + CatalogueFolder.PRODUCTS
                        + ", one JSON object a line, and the pictures it names");
            }
            return new CatalogueSource(
                    products.toString(), Optional.of(products), Optional.of(path), new CatalogueFolder(path)::lines);
        }
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException("there is no folder or file " + path);
        }
        Optional<Path> folder = Optional.of(
                Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(path));
        String lower = argument.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".csv")) {
            return new CatalogueSource(argument, Optional.of(path), folder, () -> CsvCatalogue.lines(path));
        }
        if (lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
            return new CatalogueSource(argument, Optional.of(path), folder, () -> jsonLines(Utf8.open(path)));
        }
        throw new IllegalArgumentException(path + " is neither a folder nor a .csv or .jsonl file");
    }

    /** The lines in order, read as the stream is consumed. Close it. */
    public Stream<CatalogueLine> lines() throws IOException {
        return opener.lines();
    }

    /** Ends after its first line where that shows that the file is no JSONL: it would be said of every line. */
    static Stream<CatalogueLine> jsonLines(BufferedReader reader) {
        JsonLines lines = new JsonLines();
        return reader.lines()
                .takeWhile(line -> !lines.ended)
                .flatMap(lines::read)
                .onClose(() -> {
                    try {
                        reader.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /** Where a reader of lines is. */
    private static final class JsonLines {
        private long number;
        private boolean begun;
        private boolean ended;

        Stream<CatalogueLine> read(String line) {
            number++;
            if (line.isBlank()) {
                return Stream.empty();
            }
            Optional<String> other = begun ? Optional.empty() : otherShape(line.strip());
            begun = true;
            ended = other.isPresent();
            if (ended) {
                return Stream.of(new CatalogueLine.Refused(number, other.get()));
            }
            return Stream.of(
                    Utf8.isBroken(line)
                            ? new CatalogueLine.Refused(number, Utf8.BROKEN)
                            : CatalogueFolder.parse(number, line));
        }

        private static Optional<String> otherShape(String first) {
            if (first.startsWith("[")) {
                return Optional.of("the file is one JSON array; a catalogue holds one JSON object a line, without"
                        + " brackets and commas around: jq -c '.[]' OLD > NEW");
            }
            return first.equals("{")
                    ? Optional.of("the file's objects go over several lines; a catalogue holds one JSON object a line:"
                            + " jq -c . OLD > NEW")
                    : Optional.empty();
        }
    }
}
