package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.doctor.Finding;
import io.anchorstream.service.doctor.Machine;
import io.anchorstream.service.doctor.Surroundings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        description =
                "Says whether Java, native libraries, GPU, disk, broker, registry, topics and schemas are right, and"
                        + " how to mend what is not. Changes nothing.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing is wrong, warnings aside", "2:wrong flags or configuration", "4:something is wrong"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final DemoAddress address = new DemoAddress();

    @Option(names = "--json", description = "for programs: one JSON list")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Settings settings = address.settings();
        List<Finding> findings = new ArrayList<>(
                new Machine(settings.get(Keys.DATA), settings.get(Keys.DEVICE), settings.get(Keys.ENGINE_THREADS))
                        .look());
        // The addresses that a demo left behind lead nowhere, so that nothing is asked there.
        findings.addAll(address.atRest()
                .map(demo -> Surroundings.away(demo.what(), demo.remedy()))
                .orElseGet(() -> new Surroundings(settings).look()));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonText.of(findings));
        } else {
            findings.forEach(finding -> print(out, finding));
        }
        boolean wrong = findings.stream().anyMatch(one -> one.verdict() == Finding.Verdict.FAULT);
        return wrong ? ExitCode.ATTENTION : ExitCode.OK;
    }

    private void print(PrintWriter out, Finding finding) {
        String style =
                switch (finding.verdict()) {
                    case OK -> "green";
                    case WARNING -> "yellow";
                    case FAULT -> "bold,red";
                    case SKIPPED -> "faint";
                };
        String verdict =
                String.format(Locale.ROOT, "%-8s", finding.verdict().name().toLowerCase(Locale.ROOT));
        Ansi ansi = spec.commandLine().getColorScheme().ansi();
        out.println(ansi.string("@|" + style + " " + verdict + "|@")
                + String.format(Locale.ROOT, " %-9s %s", finding.check(), finding.detail()));
        if (!finding.fix().isEmpty()) {
            out.println(" ".repeat(19) + "→ " + finding.fix());
        }
    }
}
