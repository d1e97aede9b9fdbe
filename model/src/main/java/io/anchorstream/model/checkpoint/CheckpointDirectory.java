package io.anchorstream.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A directory that is written as a whole or not at all: files go to a temporary sibling, everything is flushed to the
 * disk, then one rename makes it visible. {@code manifest.json} names each file with its length and SHA-256; reading
 * checks all of them, so a torn or altered checkpoint is refused and never half loaded.
 */
public final class CheckpointDirectory {
    public static final String MANIFEST = "manifest.json";

    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private CheckpointDirectory() {}

    /**
     * What a checkpoint holds.
     *
     * @param properties what made it: network, loss, step, threads, ...
     * @param position the caller's own notes
     * @param files content by name
     */
    public record Content(Map<String, String> properties, Map<String, String> position, Map<String, byte[]> files) {
        /**
         * @throws IOException if the checkpoint has no such file
         */
        public byte[] file(String name) throws IOException {
            byte[] bytes = files.get(name);
            if (bytes == null) {
                throw new IOException("the checkpoint has no file " + name + "; it has " + files.keySet());
            }
            return bytes;
        }
    }

    /**
     * @param directory must not exist yet
     * @return SHA-256 of the manifest, hexadecimal: it stands for the whole checkpoint
     */
    public static String write(Path directory, Content content) throws IOException {
        return write(directory, manifest(content), content.files());
    }

    private static String write(Path directory, byte[] manifest, Map<String, byte[]> files) throws IOException {
        if (Files.exists(directory)) {
            throw new IOException("the checkpoint " + directory + " exists already; checkpoints are never overwritten");
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("a checkpoint needs a parent directory, which " + directory + " has not");
        }
        Files.createDirectories(parent);
        Path temporary = parent.resolve("." + directory.getFileName() + ".tmp");
        delete(temporary);
        Files.createDirectory(temporary);
        for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
            writeDurably(temporary.resolve(file.getKey()), file.getValue());
        }
        writeDurably(temporary.resolve(MANIFEST), manifest);
        flush(temporary);
        Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
        flush(parent);
        return Sha256.hex(manifest);
    }

    /**
     * @throws IOException if anything is missing, truncated or altered; the message names it
     */
    public static Content read(Path directory) throws IOException {
        JsonNode manifest = parse(manifestBytes(directory), directory);
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : names(manifest, directory)) {
            files.put(
                    name,
                    readChecked(directory.resolve(name), manifest.path("files").path(name)));
        }
        return new Content(strings(manifest.path("properties")), strings(manifest.path("position")), files);
    }

    /** SHA-256 of the manifest, as {@link #write} returned it; the files are not looked at. */
    public static String digest(Path directory) throws IOException {
        return Sha256.hex(manifestBytes(directory));
    }

    /**
     * A checkpoint as one block of bytes that {@link #unpack} makes the same directory of: length of the manifest, the
     * manifest, then the files in its order.
     *
     * @throws IOException if the checkpoint is damaged
     */
    public static byte[] pack(Path directory) throws IOException {
        byte[] manifest = manifestBytes(directory);
        Content content = read(directory);
        long length = (long) Integer.BYTES + manifest.length;
        for (byte[] file : content.files().values()) {
            length += file.length;
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw new IOException("the checkpoint " + directory + " has " + length
                    + " bytes, more than can be packed; set train.share-checkpoints=false");
        }
        byte[] packed = new byte[(int) length];
        ByteBuffer out = ByteBuffer.wrap(packed);
        out.putInt(manifest.length).put(manifest);
        for (String name : names(parse(manifest, directory), directory)) {
            out.put(content.file(name));
        }
        return packed;
    }

    /**
     * Makes the directory that was packed. Its content is checked when it is read.
     *
     * @param directory must not exist yet
     * @return SHA-256 of the manifest
     * @throws IOException if the archive is truncated
     */
    public static String unpack(byte[] archive, Path directory) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(archive);
        byte[] manifest = take(in, in.remaining() < Integer.BYTES ? -1 : in.getInt(), MANIFEST);
        JsonNode root = parse(manifest, directory);
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : names(root, directory)) {
            files.put(name, take(in, root.path("files").path(name).path("bytes").asLong(-1), name));
        }
        return write(directory, manifest, files);
    }

    private static byte[] take(ByteBuffer in, long length, String name) throws IOException {
        if (length < 0 || length > in.remaining()) {
            throw new IOException("the packed checkpoint ends inside " + name + ": it is truncated");
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }

    private static byte[] manifestBytes(Path directory) throws IOException {
        try {
            return Files.readAllBytes(directory.resolve(MANIFEST));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no checkpoint at " + directory + ": it has no " + MANIFEST, e);
        }
    }

    /** The files that a manifest names, in its order. */
    private static List<String> names(JsonNode manifest, Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : manifest.path("files").properties()) {
            Path file = directory.resolve(entry.getKey());
            if (!entry.getKey().equals(String.valueOf(file.normalize().getFileName()))) {
                throw new IOException("the manifest of " + directory + " names a file outside it: " + entry.getKey());
            }
            names.add(entry.getKey());
        }
        return names;
    }

    private static JsonNode parse(byte[] bytes, Path directory) throws IOException {
        try {
            JsonNode manifest = JSON.readTree(bytes);
            if (manifest.path("format").asInt() != FORMAT) {
                throw new IOException("the checkpoint " + directory + " has format "
                        + manifest.path("format").asText("?") + ", this program reads " + FORMAT);
            }
            return manifest;
        } catch (JsonProcessingException e) {
            throw new IOException(directory.resolve(MANIFEST) + " is damaged; use an older checkpoint", e);
        }
    }

    private static byte[] readChecked(Path file, JsonNode expected) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " is missing though the manifest names it; use an older checkpoint", e);
        }
        long length = expected.path("bytes").asLong();
        if (bytes.length != length) {
            throw new IOException(file + " has " + bytes.length + " bytes instead of " + length
                    + ": it is truncated or was written to; use an older checkpoint");
        }
        if (!Sha256.hex(bytes).equals(expected.path("sha256").asText())) {
            throw new IOException(file + " was altered: its SHA-256 is not the manifest's; use an older checkpoint");
        }
        return bytes;
    }

    private static byte[] manifest(Content content) throws JsonProcessingException {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        ObjectNode properties = root.putObject("properties");
        new TreeMap<>(content.properties()).forEach(properties::put);
        ObjectNode position = root.putObject("position");
        new TreeMap<>(content.position()).forEach(position::put);
        ObjectNode files = root.putObject("files");
        new TreeMap<>(content.files())
                .forEach((name, bytes) ->
                        files.putObject(name).put("bytes", bytes.length).put("sha256", Sha256.hex(bytes)));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    private static Map<String, String> strings(JsonNode node) {
        Map<String, String> map = new TreeMap<>();
        node.properties().forEach(e -> map.put(e.getKey(), e.getValue().asText()));
        return map;
    }

    private static void writeDurably(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /** Makes a directory's entries durable; Windows cannot open directories and needs no such thing. */
    private static void flush(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> paths;
            try (Stream<Path> walk = Files.walk(directory)) {
                paths = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : paths) {
                Files.delete(path);
            }
        }
    }
}
