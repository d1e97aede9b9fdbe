package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

import static org.assertj.core.api.Assertions.assertThat;

/** What a command beside a demo takes from the demo's folder. */
class DemoAddressTest {
    private final Path folder;

    DemoAddressTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void runOnce() throws IOException {
        Files.writeString(folder.resolve("kafka.port"), "19092");
        Files.writeString(folder.resolve("registry.port"), "18081");
    }

    @Test
    void looksAtTheTopicsThatTheDemoWasStartedWith() throws IOException {
        Files.writeString(
                folder.resolve("shared.properties"),
                "topics.prefix=shop.\ntopics.item-partitions=6\napplication.id=mine\nhttp.port=1\n");

        Settings settings = settings("--set", "topics.item-partitions=9");

        assertThat(settings.get(Keys.TOPIC_PREFIX)).isEqualTo("shop.");
        assertThat(settings.get(Keys.ITEM_PARTITIONS))
                .as("a folder that is named wins")
                .isEqualTo(6);
        assertThat(settings.get(Keys.APPLICATION)).isEqualTo("mine");
        assertThat(settings.get(Keys.HTTP_PORT)).isNotEqualTo(1);
        assertThat(settings.get(Keys.DATA)).isEqualTo(folder);
        assertThat(settings.passedOn("kafka")).containsEntry("bootstrap.servers", "127.0.0.1:19092");
    }

    @Test
    void takesTheDemosPresetsWhileItHasNotSaid() throws IOException {
        assertThat(settings().get(Keys.ITEM_PARTITIONS)).isEqualTo(2);
        assertThat(settings().get(Keys.TOPIC_PREFIX)).isEmpty();
    }

    private Settings settings(String... flags) throws IOException {
        DemoAddress address = new DemoAddress();
        CommandLine command =
                new CommandLine(CommandSpec.create().addMixin("address", CommandSpec.forAnnotatedObject(address)));
        List<String> words = new ArrayList<>(List.of("--data", folder.toString()));
        words.addAll(List.of(flags));
        command.parseArgs(words.toArray(String[]::new));
        return address.settings();
    }
}
