package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

import io.anchorstream.avro.GenerationState;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.index.RefreshProgress.PartitionView;
import io.anchorstream.service.monitor.RefreshOutlook;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RefreshCommandTest {
    @Test
    void aGenerationWithoutAnyReportIsNotDone() {
        assertThat(status(generation(0), List.of()))
                .contains("generation 3 with version 2 is open, and nothing is known of its items yet: ask again")
                .doesNotContain("done", "0 of 0");
    }

    @Test
    void aPartitionThatReportedNoItemsIsNotDoneEither() {
        assertThat(status(generation(0, part(0)), List.of(partition(0, 0, true))))
                .contains("is open, and 1 of 2 partitions reported: no items yet", "partition   0  no items")
                .doesNotContain("nothing is known", "done", "0 of 0", "100.0 %");
    }

    @Test
    void aServiceWithoutItemsIsNotToldToAskAgain() {
        assertThat(status(generation(0, part(0), part(1)), List.of(partition(0, 0, true), partition(1, 0, true))))
                .contains("is open, and 2 of 2 partitions reported: no items yet")
                .contains("partition   0  no items", "partition   1  no items")
                .doesNotContain("nothing is known", "ask again", "done");
    }

    @Test
    void theVersionThatWaitsIsToldAlsoWhileThereAreNoItems() {
        RefreshOutlook.Waiting waiting = new RefreshOutlook.Waiting(4, 5, 1_500);

        assertThat(status(generation(0), List.of(), waiting))
                .contains("nothing is known of its items yet", "version 4 waits as generation 5");
        assertThat(status(generation(0, part(0)), List.of(partition(0, 0, true)), waiting))
                .contains("no items yet", "version 4 waits as generation 5");
    }

    @Test
    void countsAsSoonAsItemsAreKnown() {
        assertThat(status(generation(10), List.of(partition(0, 10, false))))
                .contains("filling, 5 of 10 items, 0 of 2 partitions done", "partition   0");
    }

    @Test
    void withoutAnyGenerationItSaysSo() {
        assertThat(status(null, List.of())).contains("no generation was opened yet");
    }

    private static GenerationView generation(long items, PartitionView... parts) {
        return new GenerationView(
                3, 2, GenerationState.OPENED, "filling", items, items / 2, 2, 0, 1_000, 0, List.of(), List.of(parts));
    }

    private static PartitionView part(int number) {
        return new PartitionView(number, 0, 0, true, 1_000);
    }

    private static RefreshOutlook.PartitionPace partition(int number, long items, boolean done) {
        return new RefreshOutlook.PartitionPace(number, items, items / 2, done, 0, null);
    }

    private static String status(@Nullable GenerationView newest, List<RefreshOutlook.PartitionPace> partitions) {
        return status(newest, partitions, null);
    }

    private static String status(
            @Nullable GenerationView newest,
            List<RefreshOutlook.PartitionPace> partitions,
            RefreshOutlook.@Nullable Waiting waiting) {
        StringWriter out = new StringWriter();
        RefreshCommand.status(
                new RefreshOutlook(2_000, newest, partitions, null, waiting, null), new PrintWriter(out, true));
        return out.toString();
    }
}
