package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What disks do to checkpoints. */
final class Damage {
    private Damage() {}

    /** Spoils the newest checkpoint of a folder in one of four ways; false when there is none. */
    static boolean newest(Path checkpoints, Random random) throws IOException {
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        List<Path> versions;
        try (Stream<Path> children = Files.list(checkpoints)) {
            versions = children.filter(path -> path.getFileName().toString().startsWith("v"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        if (versions.isEmpty()) {
            return false;
        }
        Path average = versions.get(0).resolve("average.safetensors");
        Path manifest = versions.get(0).resolve("manifest.json");
        switch (random.nextInt(4)) {
            case 0 -> truncate(average);
            case 1 -> alter(average, random);
            case 2 -> truncate(manifest);
            default -> Files.deleteIfExists(manifest);
        }
        return true;
    }

    private static void truncate(Path file) throws IOException {
        byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }

    private static void alter(Path file, Random random) throws IOException {
        if (Files.exists(file)) {
            byte[] bytes = Files.readAllBytes(file);
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) (bytes[at] ^ 1);
            Files.write(file, bytes);
        }
    }
}
