package io.anchorstream.topology.labelling;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LabellingRulesFileTest {
    private static final String RULES = """
            minShare: 0.5
            functions:
              - name: teapots
                keyword: [teapot, "tea pot"]
                label: teapot
              - name: volume
                regex: '(\\d+) ?ml'
                label: volume-$1
                weight: 0.4
              - name: shelf
                category: 'home/(.*)'
                label: shelf-$1
                weight: 0.3
              - name: colour
                attribute: colour
                matches: red|blue
                label: colour-$0
                weight: 0.2
              - name: product
                group: true
                label: group-$0
                weight: 9
            """;

    private final LabellingFunctions functions = LabellingRulesFile.parse(RULES);

    @Test
    void votesByEachKindOfRule() {
        assertThat(label(item("A Tea Pot!"))).contains("teapot");
        assertThat(label(item("teapots"))).isEmpty();
        assertThat(label(item("holds 250 ML"))).contains("volume-250");
        assertThat(label(item("x").setCategory("Home/Kitchen"))).contains("shelf-kitchen");
        assertThat(label(item("x").setAttributes(Map.of("colour", "RED")))).contains("colour-red");
        assertThat(label(item("x").setAttributes(Map.of("colour", "reddish")))).isEmpty();
        assertThat(label(item("x")
                        .setTruth(EvaluationTruth.newBuilder().setGroup("G7").build())))
                .contains("group-g7");
        assertThat(label(item("nothing to see"))).isEmpty();
    }

    @Test
    void letsTheHeavierVoteWinAndCountsConflicts() {
        Vote vote = functions.vote(item("teapot of 500 ml").build()).orElseThrow();

        assertThat(vote.label()).isEqualTo("teapot");
        assertThat(vote.functions()).isEqualTo("teapots");
        assertThat(vote.confidence()).isBetween(0.71f, 0.72f);
        assertThat(functions.statistics().get("volume"))
                .extracting(s -> List.of(s.votes(), s.overlaps(), s.conflicts()))
                .isEqualTo(List.of(1L, 1L, 1L));
    }

    @Test
    void abstainsWhenNoLabelHasEnoughOfTheWeight() {
        LabellingFunctions strict = LabellingRulesFile.parse(RULES.replace("minShare: 0.5", "minShare: 0.9"));

        assertThat(strict.vote(item("teapot of 500 ml").build())).isEmpty();
    }

    @Test
    void stopsAPatternThatBacktracksForEver() {
        LabellingFunctions evil = LabellingRulesFile.parse("""
                functions:
                  - name: evil
                    regex: '(a+)+(b+)+c'
                    label: x
                """);

        assertThat(evil.vote(item("a".repeat(1_500) + "b".repeat(400)).build())).isEmpty();
        assertThat(evil.statistics().get("evil"))
                .extracting(FunctionStatistics::overruns)
                .isEqualTo(1L);
    }

    @Test
    void stopsAPatternThatOverflowsTheStackOnALongText() {
        LabellingFunctions deep = LabellingRulesFile.parse("""
                functions:
                  - name: deep
                    regex: '(\\w|\\s)+;'
                    label: x
                """);

        assertThat(deep.vote(item("ab ".repeat(2_000)).build())).isEmpty();
        assertThat(deep.statistics().get("deep"))
                .extracting(FunctionStatistics::overruns)
                .isEqualTo(1L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{keyword: a, label: b} | needs a name",
                "{name: n, keyword: a} | needs a label",
                "{name: n, label: b} | exactly one of",
                "{name: n, keyword: a, regex: b, label: c} | exactly one of",
                "{name: n, regex: '(', label: c} | broken pattern",
                "{name: n, keyword: a, label: b, colour: c} | knows no key \"colour\"",
                "{name: n, keyword: a, label: b, weight: 0} | weight above 0",
                "{name: n, keyword: [], label: b} | one or more words"
            })
    void saysWhatIsWrongWithARule(String rule, String message) {
        assertThatThrownBy(() -> LabellingRulesFile.parse("functions: [" + rule + "]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private Optional<String> label(CatalogItem.Builder item) {
        return functions.vote(item.build()).map(Vote::label);
    }

    private static CatalogItem.Builder item(String description) {
        return CatalogItem.newBuilder().setDescription(description);
    }
}
