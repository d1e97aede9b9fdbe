package io.anchorstream.schemas.contracts;

import java.util.List;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.contracts.Contracts.Contract;
import io.anchorstream.schemas.registry.CompatibilityLevel;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Inputs keep reading all old data, everything else goes both ways, against the schemas of each release. */
class SchemaEvolutionTest {

    static List<Contract> contracts() {
        return Contracts.all();
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void staysCompatibleWithEachRelease(Contract contract) {
        List<Schema> golden = Contracts.golden(contract);

        assertThat(golden)
                .withFailMessage(() -> "No golden schema of " + contract + ". Add src/test/resources/golden/"
                        + Contracts.RELEASES.get(Contracts.RELEASES.size() - 1) + "/" + contract + ".avsc:\n"
                        + contract.schema())
                .isNotEmpty();
        assertThat(contract.level().violations(contract.schema(), golden)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void everyRecordAndEveryFieldIsExplained(Contract contract) {
        assertExplained(contract.schema());
    }

    @Test
    void aFieldWithoutDefaultFailsForInputsAndOutputs() {
        for (Contract contract : Contracts.all()) {
            Schema grown = withField(contract.schema(), "added", "\"string\"");
            assertThat(contract.level().violations(grown, Contracts.golden(contract)))
                    .as("%s under %s", contract, contract.level())
                    .anyMatch(violation -> violation.contains("READER_FIELD_MISSING_DEFAULT_VALUE"));
        }
    }

    @Test
    void aFieldWithDefaultPassesForInputsAndOutputs() {
        for (Contract contract : Contracts.all()) {
            Schema grown = withField(contract.schema(), "added", "\"string\", \"default\": \"\"");
            assertThat(contract.level().violations(grown, Contracts.golden(contract)))
                    .as("%s under %s", contract, contract.level())
                    .isEmpty();
        }
    }

    @Test
    void anOutputMayNotLoseAFieldThatOldReadersNeed() {
        Contract output = new Contract(ItemEmbedding.class, CompatibilityLevel.FULL_TRANSITIVE);
        Contract input = new Contract(CatalogItem.class, CompatibilityLevel.BACKWARD_TRANSITIVE);

        assertThat(output.level().violations(withoutField(output.schema(), "generation"), Contracts.golden(output)))
                .isNotEmpty();
        assertThat(input.level().violations(withoutField(input.schema(), "imageUrl"), Contracts.golden(input)))
                .isEmpty();
    }

    @Test
    void aChangedTypeFailsInBothDirections() {
        Contract input = new Contract(CatalogItem.class, CompatibilityLevel.BACKWARD_TRANSITIVE);
        Schema changed = new Schema.Parser()
                .parse(input.schema()
                        .toString()
                        .replace(
                                "\"name\":\"title\",\"type\":{\"type\":\"string\",\"avro.java.string\":\"String\"},"
                                        + "\"doc\":\"Product name. Read by labelling.\",\"default\":\"\"",
                                "\"name\":\"title\"," + "\"type\":\"int\",\"default\":0"));

        assertThat(changed).isNotEqualTo(input.schema());
        assertThat(input.level().violations(changed, Contracts.golden(input)))
                .anyMatch(violation -> violation.contains("TYPE_MISMATCH"));
    }

    private static void assertExplained(Schema schema) {
        switch (schema.getType()) {
            case RECORD -> {
                assertThat(schema.getDoc()).as("doc of %s", schema.getName()).isNotBlank();
                for (Schema.Field field : schema.getFields()) {
                    assertThat(field.doc())
                            .as("doc of %s.%s", schema.getName(), field.name())
                            .isNotBlank();
                    assertExplained(field.schema());
                }
            }
            case ARRAY -> assertExplained(schema.getElementType());
            case MAP -> assertExplained(schema.getValueType());
            case UNION -> schema.getTypes().forEach(SchemaEvolutionTest::assertExplained);
            default -> {
                // The field's doc says it all.
            }
        }
    }

    private static Schema withField(Schema schema, String name, String typeAndDefault) {
        String text = schema.toString();
        String fields = "\"fields\":[";
        int at = text.indexOf(fields) + fields.length();
        return new Schema.Parser()
                .parse(text.substring(0, at) + "{\"name\":\"" + name + "\",\"type\":" + typeAndDefault + "},"
                        + text.substring(at));
    }

    private static Schema withoutField(Schema schema, String name) {
        List<Schema.Field> kept = schema.getFields().stream()
                .filter(field -> !field.name().equals(name))
                .map(field -> new Schema.Field(field, field.schema()))
                .toList();
        return Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), schema.isError(), kept);
    }
}
