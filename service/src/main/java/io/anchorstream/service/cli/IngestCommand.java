package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.service.catalogue.CatalogueSource;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.fetch.FetchSettings;
import io.anchorstream.service.fetch.PictureAddress;
import io.anchorstream.service.fetch.PictureFetcher;
import io.anchorstream.service.ingest.CatalogueIngest;
import io.anchorstream.service.ingest.CatalogueIngest.Named;
import io.anchorstream.service.ingest.CatalogueIngest.Outcome;
import io.anchorstream.service.ingest.CatalogueIngest.Web;
import io.anchorstream.service.ingest.IngestMark;
import io.anchorstream.service.ingest.ItemSink;
import io.anchorstream.service.ingest.ItemWriter;
import io.anchorstream.service.run.Cluster;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "ingest",
        description =
                "Puts a catalogue onto the topic: a folder with products.jsonl and pictures, a JSONL or CSV file, or"
                        + " JSONL from standard input (-). Pictures on the web are fetched. An item's id is its key: doing it"
                        + " again after an interruption is safe, --resume goes on where it ended, and sends nothing where"
                        + " it ended well.",
        mixinStandardHelpOptions = true)
final class IngestCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final DemoAddress address = new DemoAddress();

    @Parameters(paramLabel = "FOLDER|FILE.csv|FILE.jsonl|-", description = "what to read")
    @SuppressWarnings("NullAway.Init") // required
    private String from;

    @Option(
            names = "--dry-run",
            description = "reads and checks everything, addresses of pictures by their text; sends and fetches nothing;"
                    + " needs no broker")
    private boolean dryRun;

    @Option(names = "--resume", description = "goes on after the last item of an ingest that was interrupted")
    private boolean resume;

    @Option(names = "--no-fetch", description = "leaves pictures on the web where they are: their addresses are sent")
    private boolean noFetch;

    @Option(names = "--json", description = "for programs: the outcome as one JSON object; refused lines go to stderr")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CatalogueSource source = source();
        if (dryRun) {
            return report(source, run(source, ItemSink.NONE, addresses(), Optional.empty()), "nothing (a dry run)");
        }
        DemoAddress.Found found = address.find();
        found.requireReachable();
        Cluster cluster = found.cluster();
        Settings settings = found.settings();
        String topic = cluster.topics().catalogItems().name();
        if (resume && source.file().isEmpty()) {
            throw new Refusal("--resume: standard input cannot be gone on with; ingest a file, or all of it again");
        }
        Optional<IngestMark> mark = source.file().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        IngestMark.of(settings.get(Keys.DATA), source.file().get(), cluster.identity(topic)));
        if (resume && mark.isPresent() && mark.get().isWhole()) {
            return nothingLeft(source, topic, mark.get().refused());
        }
        try (ItemWriter writer = ItemWriter.open(
                        topic,
                        cluster.clientConfig(),
                        cluster.serde(CatalogItem.class).serializer());
                @Nullable PictureFetcher fetcher = noFetch ? null : new PictureFetcher(FetchSettings.of(settings))) {
            Web web = fetcher == null ? Web.UNTOUCHED : url -> Optional.of(fetcher.fetch(url));
            return report(source, run(source, writer, web, mark), topic);
        }
    }

    /** Looks at addresses and fetches nothing. */
    private Web addresses() throws IOException {
        if (noFetch) {
            return Web.UNTOUCHED;
        }
        FetchSettings fetch = FetchSettings.of(address.settings());
        return url -> {
            PictureAddress.check(url, fetch);
            return Optional.empty();
        };
    }

    private int nothingLeft(CatalogueSource source, String topic, long refused) {
        String text = source.name() + " has not changed since all of it"
                + (refused > 0
                        ? " but " + lines(refused) + " that " + (refused == 1 ? "was" : "were") + " left out"
                        : "")
                + " was sent to " + topic + ": nothing is left to send. "
                + (refused > 0
                        ? "Mend them and ingest again without --resume: all is sent again, with them"
                        : "Without --resume all of it is sent again");
        if (json) {
            spec.commandLine().getErr().println(text);
            spec.commandLine()
                    .getOut()
                    .println(JsonText.of(Map.of("topic", topic, "outcome", Outcome.NOTHING, "seconds", 0.0)));
        } else {
            spec.commandLine().getOut().println(text);
        }
        return ExitCode.OK;
    }

    private CatalogueSource source() {
        try {
            return CatalogueSource.of(from, System.in);
        } catch (InvalidPathException e) {
            throw new Refusal(from + " is no path: " + e.getReason(), e);
        } catch (IllegalArgumentException e) {
            throw new Refusal(FailureReport.sentence(e), e);
        }
    }

    /** What is reported, with the time it took. */
    private record Run(Outcome outcome, long after, double seconds, ProgressLine progress) {}

    private Run run(CatalogueSource source, ItemSink sink, Web web, Optional<IngestMark> mark) throws IOException {
        long after = resume && mark.isPresent() ? mark.get().line() : 0;
        ProgressLine progress = new ProgressLine(
                json ? spec.commandLine().getErr() : spec.commandLine().getOut());
        if (after > 0) {
            long refused = mark.isPresent() ? mark.get().refused() : 0;
            progress.end("going on after line " + after + " of " + source.name()
                    + (refused > 0
                            ? "; " + lines(refused) + " before it left out: mend them and ingest again without --resume"
                            : ""));
        }
        long began = System.nanoTime();
        Outcome outcome = new CatalogueIngest(source, sink, web, mark).run(after, new CatalogueIngest.Listener() {
            @Override
            public void sent(long sent) {
                progress.update(
                        String.format(Locale.ROOT, "%s sent, %,.0f a second", items(sent), sent / seconds(began)));
            }

            @Override
            public void refused(long line, String reason) {
                progress.end(source.name() + ", line " + line + ", left out: " + reason);
            }

            @Override
            public void unusable(long line, String reason) {
                if (dryRun) {
                    progress.end(source.name() + ", line " + line + ", will be a dead letter: " + reason);
                }
            }

            @Override
            public void misnamed(long line, String field, String known) {
                progress.end(source.name() + ", line " + line + ": there is no field \"" + field
                        + "\", so that it is kept as an attribute; did you mean \"" + known + "\"?");
            }
        });
        return new Run(outcome, after, seconds(began), progress);
    }

    private int report(CatalogueSource source, Run run, String topic) {
        Outcome outcome = run.outcome();
        if (json) {
            spec.commandLine()
                    .getOut()
                    .println(JsonText.of(Map.of("topic", topic, "outcome", outcome, "seconds", run.seconds())));
        } else {
            run.progress().end(text(run, topic));
        }
        if (outcome.sent() == 0 && outcome.refused() == 0 && run.after() > 0) {
            return ExitCode.OK; // what is behind the last line that was sent is nothing but blank
        }
        if (outcome.sent() == 0) {
            spec.commandLine()
                    .getErr()
                    .println("nothing was ingested: " + source.name()
                            + (outcome.refused() == 0 ? " is empty" : " has no line that can be used"));
            return ExitCode.FAILED;
        }
        boolean whole = outcome.refused() == 0 && outcome.unusable().count() == 0;
        return whole ? ExitCode.OK : ExitCode.REFUSALS;
    }

    private String text(Run run, String topic) {
        Outcome outcome = run.outcome();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s %s in %.1f s (%.1f MB of pictures)",
                items(outcome.sent()),
                dryRun ? "would be sent; nothing was (a dry run): checked" : "sent to " + topic,
                run.seconds(),
                outcome.imageBytes() / 1e6));
        if (outcome.refused() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "; %s left out, for the reason%s above",
                    lines(outcome.refused()),
                    outcome.refused() == 1 ? "" : "s"));
        }
        if (outcome.remote() > 0) {
            text.append(String.format(Locale.ROOT, "%n%s with a picture on the web", items(outcome.remote())));
        }
        append(text, outcome.withoutText(), "without any text", "searchable, but not learned from");
        append(
                text,
                outcome.unusable(),
                "without a picture that can be used",
                "the service makes dead letters of them; --dry-run says why of each");
        append(
                text,
                outcome.padded(),
                "whose id begins or ends with a blank",
                "it is part of the id; without it, it would be another item");
        if (outcome.repeated().count() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%,d id%s came more than once (%s%s): the last item of an id counts",
                    outcome.repeated().count(),
                    outcome.repeated().count() == 1 ? "" : "s",
                    String.join("; ", outcome.repeated().first()),
                    outcome.repeated().count() > outcome.repeated().first().size() ? "; ..." : ""));
        }
        return text.append(System.lineSeparator())
                .append("pictures are checked by the label role; what it refuses becomes a dead letter, which"
                        + " ./anchorstream status and the page count")
                .toString();
    }

    private static void append(StringBuilder text, Named some, String what, String consequence) {
        if (some.count() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%s %s (line%s %s%s): %s",
                    items(some.count()),
                    what,
                    some.count() == 1 ? "" : "s",
                    String.join(", ", some.first()),
                    some.count() > some.first().size() ? ", ..." : "",
                    consequence));
        }
    }

    private static String lines(long count) {
        return String.format(Locale.ROOT, "%,d line%s", count, count == 1 ? "" : "s");
    }

    private static String items(long count) {
        return String.format(Locale.ROOT, "%,d item%s", count, count == 1 ? "" : "s");
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
