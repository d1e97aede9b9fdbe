package io.anchorstream.service.ingest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * How far an ingest of one file onto one topic has come, kept in a small file, so that the next one can go on there. A
 * file that has changed since is begun again.
 */
public final class IngestMark {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final Path source;

    /** As it was before it was read: lines that come while it is read must not count as sent. */
    private final Version version;

    private IngestMark(Path file, Path source) throws IOException {
        this.file = file;
        this.source = source;
        this.version = Version.of(source);
    }

    private record Version(long size, long modified) {
        static Version of(Path source) throws IOException {
            return new Version(
                    Files.size(source), Files.getLastModifiedTime(source).toMillis());
        }
    }

    /**
     * @param whole the last line has been reached; absent, and so false, in marks of earlier builds
     * @param refused lines left out so far; absent, and so 0, in marks of earlier builds
     */
    private record Content(String source, long size, long modified, long line, boolean whole, long refused) {}

    /**
     * @param folder where marks are kept
     * @param target cluster and topic: another one, as after the topic was made anew, has a mark of its own
     */
    public static IngestMark of(Path folder, Path source, String target) throws IOException {
        String name = source.toAbsolutePath().normalize() + "\n" + target;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return new IngestMark(folder.resolve("ingest-" + HexFormat.of().formatHex(digest, 0, 8) + ".json"), source);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The last line whose item was acknowledged, 0 = begin at the first. */
    public long line() throws IOException {
        return read().map(Content::line).orElse(0L);
    }

    /** Whether all of the file, as it is now, is on the topic. */
    public boolean isWhole() throws IOException {
        return read().filter(Content::whole).isPresent();
    }

    /** How many lines up to {@link #line} were left out. */
    public long refused() throws IOException {
        return read().map(Content::refused).orElse(0L);
    }

    private Optional<Content> read() throws IOException {
        try {
            Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
            boolean same = new Version(content.size(), content.modified()).equals(Version.of(source));
            return same ? Optional.of(content) : Optional.empty();
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Every line up to this one is on the topic but for so many that were left out. */
    void reached(long line, long refused) throws IOException {
        write(line, refused, false);
    }

    /** All of it is there but for the lines that were left out; the last line was this one. */
    void finished(long line, long refused) throws IOException {
        write(line, refused, true);
    }

    private void write(long line, long refused, boolean whole) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(
                part,
                JSON.writeValueAsBytes(
                        new Content(source.toString(), version.size(), version.modified(), line, whole, refused)));
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
