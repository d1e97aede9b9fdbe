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
    void theSameGoesOnWithoutAWord() throws IOException {
        new FeedNote(700, 1_000).write(file);

        FeedNote note = FeedNote.read(file);

        assertThat(note.position(1_000)).isEqualTo(700);
        assertThat(note.change(1_000)).isEmpty();
    }

    @Test
    void aLargerCatalogueBeginsAnewAndSaysWhatWasStreamed() throws IOException {
        new FeedNote(1_008, 1_000).write(file);

        FeedNote note = FeedNote.read(file);

        assertThat(note.position(10_000)).isZero();
        assertThat(note.change(10_000))
                .hasValue("earlier runs streamed 1,008 items of --items 1000; about 10,000 are streamed now from the"
                        + " beginning, and what is there stays (--items 1000 goes on with those)");
    }

    @Test
    void soDoesASmallerOneSinceItsOrderIsAnother() throws IOException {
        new FeedNote(200, 10_000).write(file);

        FeedNote note = FeedNote.read(file);

        assertThat(note.position(1_000)).isZero();
        assertThat(note.change(1_000))
                .hasValue("earlier runs streamed 200 items of --items 10000; about 1,000 are streamed now from the"
                        + " beginning, and what is there stays (--items 10000 goes on with those)");
    }

    @Test
    void aFolderThatIsNewOrHasNothingYetGivesNoHint() throws IOException {
        assertThat(FeedNote.read(file)).isEqualTo(new FeedNote(0, 0));
        assertThat(FeedNote.read(file).change(10_000)).isEmpty();

        new FeedNote(0, 1_000).write(file);
        assertThat(FeedNote.read(file).change(10_000)).isEmpty();
    }

    @Test
    void aNoteWithoutTheNumberAskedForBeginsAnewOnce() throws IOException {
        Files.writeString(file, "700");

        FeedNote note = FeedNote.read(file);

        assertThat(note.position(10_000)).isZero();
        assertThat(note.change(10_000))
                .hasValue("an earlier version did not note its --items; about 10,000 are streamed now from the"
                        + " beginning, and what is there stays");
    }
}
