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

    private IngestMark(Path file, Path source) {
        this.file = file;
        this.source = source;
    }

    private record Content(String source, long size, long modified, long line) {}

    /**
     * @param folder where marks are kept
     * @param target cluster and topic: another one has a mark of its own
     */
    public static IngestMark of(Path folder, Path source, String target) {
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
        try {
            Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
            boolean same = content.size() == Files.size(source) && content.modified() == modified();
            return same ? content.line() : 0;
        } catch (NoSuchFileException | JsonProcessingException e) {
            return 0;
        }
    }

    /** Every line up to this one is on the topic. */
    void reached(long line) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, JSON.writeValueAsBytes(new Content(source.toString(), Files.size(source), modified(), line)));
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** All of it is there: the next ingest begins again. */
    void finished() throws IOException {
        Files.deleteIfExists(file);
    }

    private long modified() throws IOException {
        return Files.getLastModifiedTime(source).toMillis();
    }
}
