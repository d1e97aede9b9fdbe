package io.anchorstream.service.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import io.anchorstream.model.loss.LossOption;
import io.anchorstream.model.loss.LossSpec;
import io.anchorstream.model.loss.Losses;

/** Writes {@code docs/losses.md} from the declarations, so that the page cannot say anything else. */
public final class LossesPage {
    private static final String OF_PAIR_LOSSES = "memory-weight";

    private LossesPage() {}

    /** The whole page as Markdown. */
    public static String markdown() {
        List<LossSpec> pairs =
                Losses.all().stream().filter(LossesPage::isPairLoss).toList();
        List<LossOption> ofAll = common(Losses.all());
        List<LossOption> ofPairs = common(pairs);
        ofPairs.removeIf(option -> named(ofAll, option).isPresent());
        StringBuilder page = new StringBuilder("""
                # Losses

                <!-- Generated from io.anchorstream.model.loss.Losses: change it there, then run
                     ./anchorstream config losses --out docs/losses.md -->

                `train.loss` names one, `train.loss-options` sets its options as `name=value,...`. Which loss when, and what was
                measured, is in [learning.md](learning.md).

                | loss | what | own options |
                |---|---|---|
                """);
        for (LossSpec spec : Losses.all()) {
            page.append("| `")
                    .append(spec.name())
                    .append("` | ")
                    .append(spec.doc())
                    .append(" | ");
            page.append(spec.options().stream()
                    .filter(option -> !said(option, ofAll) && !(isPairLoss(spec) && said(option, ofPairs)))
                    .map(LossesPage::inLine)
                    .collect(Collectors.joining("<br>")));
            page.append(" |\n");
        }
        page.append(
                "\n## Of every loss of pairs\n\nThose above without labels, proxies or centroids. Other defaults stand with the loss.\n\n");
        table(page, ofPairs);
        page.append("\n## Of every loss\n\n");
        table(page, ofAll);
        return page.toString();
    }

    private static void table(StringBuilder page, List<LossOption> options) {
        page.append("| option | default | value | what |\n|---|---|---|---|\n");
        for (LossOption option : options) {
            page.append("| `").append(option.name()).append("` | `").append(option.defaultValue());
            page.append("` | ").append(option.kind().expected()).append(" | ").append(option.doc());
            page.append(" |\n");
        }
    }

    private static String inLine(LossOption option) {
        return "`" + option.name() + "=" + option.defaultValue() + "` " + option.doc();
    }

    private static boolean isPairLoss(LossSpec spec) {
        return spec.options().stream().anyMatch(option -> option.name().equals(OF_PAIR_LOSSES));
    }

    /** Whether the option stands in a common table with the same default. */
    private static boolean said(LossOption option, List<LossOption> table) {
        return named(table, option)
                .filter(other -> other.defaultValue().equals(option.defaultValue()))
                .isPresent();
    }

    private static Optional<LossOption> named(List<LossOption> options, LossOption option) {
        return options.stream()
                .filter(other ->
                        other.name().equals(option.name()) && other.doc().equals(option.doc()))
                .findFirst();
    }

    /** Options that all have, each with the default most of them have. */
    private static List<LossOption> common(List<LossSpec> specs) {
        List<LossOption> common = new ArrayList<>();
        for (LossOption option : specs.get(specs.size() - 1).options()) {
            List<LossOption> same = specs.stream()
                    .flatMap(spec -> named(spec.options(), option).stream())
                    .toList();
            if (same.size() == specs.size()) {
                common.add(same.stream()
                        .collect(Collectors.groupingBy(LossOption::defaultValue, Collectors.toList()))
                        .values()
                        .stream()
                        .max((a, b) -> Integer.compare(a.size(), b.size()))
                        .orElseThrow()
                        .get(0));
            }
        }
        return common;
    }
}
