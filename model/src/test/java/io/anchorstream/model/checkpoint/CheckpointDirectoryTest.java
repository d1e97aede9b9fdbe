package io.anchorstream.model.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CheckpointDirectoryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static final CheckpointDirectory.Content CONTENT = new CheckpointDirectory.Content(
            Map.of("network", "n"),
            Map.of("offset", "42"),
            Map.of("a.bin", "abcdef".getBytes(StandardCharsets.UTF_8), "b.bin", new byte[] {1, 2, 3}));

    private Path written() throws IOException {
        Path directory = folder.resolve("v1");
        CheckpointDirectory.write(directory, CONTENT);
        return directory;
    }

    @Test
    void readsBackWhatWasWritten() throws IOException {
        CheckpointDirectory.Content content = CheckpointDirectory.read(written());

        assertThat(content.properties()).isEqualTo(CONTENT.properties());
        assertThat(content.position()).isEqualTo(CONTENT.position());
        assertThat(content.file("a.bin")).isEqualTo(CONTENT.file("a.bin"));
        assertThat(content.file("b.bin")).isEqualTo(CONTENT.file("b.bin"));
    }

    @Test
    void digestIsThatOfTheManifestAndRepeats() throws IOException {
        Path one = folder.resolve("one");
        String first = CheckpointDirectory.write(one, CONTENT);
        String second = CheckpointDirectory.write(folder.resolve("two"), CONTENT);

        assertThat(first).isEqualTo(second);
        assertThat(first).isEqualTo(Sha256.hex(Files.readAllBytes(one.resolve(CheckpointDirectory.MANIFEST))));
    }

    @Test
    void travelsAsOneBlockOfBytes() throws IOException {
        Path directory = written();
        byte[] packed = CheckpointDirectory.pack(directory);
        Path there = folder.resolve("there");

        assertThat(CheckpointDirectory.unpack(packed, there)).isEqualTo(CheckpointDirectory.digest(directory));
        assertThat(CheckpointDirectory.read(there).file("a.bin")).isEqualTo(CONTENT.file("a.bin"));
        assertThat(CheckpointDirectory.pack(there)).isEqualTo(packed);
    }

    @Test
    void refusesATruncatedBlock() throws IOException {
        byte[] packed = CheckpointDirectory.pack(written());

        for (int length : new int[] {0, 3, 4, 50, packed.length - 1}) {
            assertThatThrownBy(() ->
                            CheckpointDirectory.unpack(Arrays.copyOf(packed, length), folder.resolve("cut" + length)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("truncated");
        }
    }

    @Test
    void leavesNothingButTheCheckpointAndCleansUpAfterACrash() throws IOException {
        Files.createDirectories(folder.resolve(".v1.tmp/half"));

        written();

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("v1"));
        }
    }

    @Test
    void neverOverwrites() throws IOException {
        Path directory = written();

        assertThatThrownBy(() -> CheckpointDirectory.write(directory, CONTENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("exists already");
    }

    @Test
    void namesTheMissingFile() throws IOException {
        Path directory = written();
        Files.delete(directory.resolve("b.bin"));

        assertThatThrownBy(() -> CheckpointDirectory.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("b.bin is missing");
    }

    @Test
    void namesTheTruncatedFile() throws IOException {
        Path directory = written();
        Files.write(directory.resolve("a.bin"), new byte[] {1});

        assertThatThrownBy(() -> CheckpointDirectory.read(directory))
                .hasMessageContaining("a.bin has 1 bytes instead of 6")
                .hasMessageContaining("older checkpoint");
    }

    @Test
    void namesTheAlteredFile() throws IOException {
        Path directory = written();
        Files.writeString(directory.resolve("a.bin"), "abcdeX");

        assertThatThrownBy(() -> CheckpointDirectory.read(directory)).hasMessageContaining("a.bin was altered");
    }

    @Test
    void saysWhenThereIsNoCheckpoint() {
        assertThatThrownBy(() -> CheckpointDirectory.read(folder.resolve("nowhere")))
                .hasMessageContaining("there is no checkpoint");
    }

    @Test
    void refusesADamagedManifest() throws IOException {
        Path directory = written();
        Files.writeString(directory.resolve(CheckpointDirectory.MANIFEST), "{");

        assertThatThrownBy(() -> CheckpointDirectory.read(directory)).hasMessageContaining("damaged");
    }

    @Test
    void refusesAManifestThatPointsOutside() throws IOException {
        Path directory = written();
        Files.writeString(folder.resolve("secret"), "x");
        Files.writeString(
                directory.resolve(CheckpointDirectory.MANIFEST),
                "{\"format\":1,\"files\":{\"../secret\":{\"bytes\":1,\"sha256\":\"\"}}}");

        assertThatThrownBy(() -> CheckpointDirectory.read(directory)).hasMessageContaining("outside");
    }
}
