package io.anchorstream.topology.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import io.anchorstream.model.checkpoint.CheckpointDirectory;

/**
 * The local directory of checkpoints, one folder a version. What a crash leaves behind is garbage that the next write
 * or prune clears away; only a committed version event makes a checkpoint count.
 */
final class CheckpointStore {
    private static final String PREFIX = "v";

    private final Path root;
    private final int keep;

    CheckpointStore(Path root, int keep) {
        this.root = root;
        this.keep = keep;
    }

    static String name(long version) {
        return String.format(Locale.ROOT, PREFIX + "%06d", version);
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /** A path for a new checkpoint of the version; what an interrupted run left there is removed. */
    Path fresh(long version) throws IOException {
        Files.createDirectories(root);
        Path path = path(name(version));
        delete(path);
        return path;
    }

    /** Puts a checkpoint that another trainer published beside those written here; whatever is there of it goes. */
    Path install(long version, byte[] packed) throws IOException {
        Path path = fresh(version);
        CheckpointDirectory.unpack(packed, path);
        return path;
    }

    /** Deletes all but the newest checkpoints and those named. */
    void prune(Set<String> keepAlways) throws IOException {
        List<Path> checkpoints = new ArrayList<>();
        try (Stream<Path> children = Files.list(root)) {
            children.filter(path -> path.getFileName().toString().startsWith(PREFIX))
                    .forEach(checkpoints::add);
        }
        checkpoints.sort(Comparator.comparing(Path::getFileName).reversed());
        for (Path path : checkpoints.subList(Math.min(keep, checkpoints.size()), checkpoints.size())) {
            if (!keepAlways.contains(path.getFileName().toString())) {
                delete(path);
            }
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            tree.sorted(Comparator.reverseOrder()).forEach(CheckpointStore::remove);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void remove(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
