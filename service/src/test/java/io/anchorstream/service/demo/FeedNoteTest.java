package io.anchorstream.service.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class FeedNoteTest {
    private final Path file;

    FeedNoteTest(@TempDir Path folder) {
        file = folder.resolve("feed.position");
    }

    @Test
    void aLargerCatalogueBeginsAnewAndSaysWhatIsThere() throws IOException {
        new FeedNote(1_008, 1_000).write(file);

        FeedNote note = FeedNote.read(file);

        assertThat(note.position(10_000)).isZero();
        assertThat(note.growth(10_000))
                .hasValue("1,008 items of an earlier --items 1000 are there; about 10,000 are streamed now"
                        + " (--items 1000 keeps it as it is)");
    }

    @Test
    void theSameOrASmallerOneGoesOnWithoutAWord() throws IOException {
        new FeedNote(1_008, 1_000).write(file);

        FeedNote note = FeedNote.read(file);

        assertThat(note.position(1_000)).isEqualTo(1_008);
        assertThat(note.growth(1_000)).isEmpty();
        assertThat(note.position(200)).isEqualTo(1_008);
        assertThat(note.growth(200)).isEmpty();
    }

    @Test
    void aFolderThatIsNewOrHasNothingYetGivesNoHint() throws IOException {
        assertThat(FeedNote.read(file)).isEqualTo(new FeedNote(0, 0));
        assertThat(FeedNote.read(file).growth(10_000)).isEmpty();

        new FeedNote(0, 1_000).write(file);
        assertThat(FeedNote.read(file).growth(10_000)).isEmpty();
    }

    @Test
    void aNoteWithoutTheNumberAskedForGoesOnWhereItEnds() throws IOException {
        Files.writeString(file, "700");

        assertThat(FeedNote.read(file).position(10_000)).isEqualTo(700);
        assertThat(FeedNote.read(file).growth(10_000)).isEmpty();
    }
}
