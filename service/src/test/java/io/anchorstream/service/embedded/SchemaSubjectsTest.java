package io.anchorstream.service.embedded;

import java.util.ArrayList;
import java.util.List;

import io.anchorstream.schemas.registry.CompatibilityLevel;
import io.anchorstream.service.embedded.SchemaState.Version;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SchemaSubjectsTest {

    private static final String ONE = record("{'name':'a','type':'string'}");
    private static final String TWO = record("{'name':'a','type':'string'},{'name':'b','type':'int','default':0}");
    private static final String BREAKING = record("{'name':'a','type':'string'},{'name':'c','type':'int'}");

    private final List<SchemaRecord> log = new ArrayList<>();
    private final SchemaSubjects subjects = new SchemaSubjects(new SchemaState(), log::add);

    @Test
    void givesOneIdPerSchemaWhateverTheSubject() {
        Version first = subjects.register("a-value", ONE);
        Version other = subjects.register("b-value", ONE);
        Version again = subjects.register("a-value", ONE.replace(",", " , "));

        assertThat(other.id()).isEqualTo(first.id());
        assertThat(again).isEqualTo(first);
        assertThat(log).hasSize(2);
        assertThat(subjects.uses(first.id(), false)).hasSize(2);
    }

    @Test
    void refusesWhatBreaksTheLevelAndWritesNothing() {
        subjects.register("s", ONE);

        assertCode(409, () -> subjects.register("s", BREAKING));

        assertThat(log).hasSize(1);
        assertThat(subjects.violations("s", "latest", BREAKING)).isNotEmpty();
        assertThat(subjects.violations("s", null, TWO)).isEmpty();
    }

    @Test
    void aSubjectsOwnLevelGoesBeforeTheGlobalOne() {
        subjects.register("s", ONE);
        subjects.setLevel("s", CompatibilityLevel.NONE);

        assertThat(subjects.register("s", BREAKING).version()).isEqualTo(2);
        assertThat(subjects.level("t", true)).isEqualTo(CompatibilityLevel.BACKWARD);
        assertCode(40408, () -> subjects.level("t", false));

        subjects.setLevel("s", null);
        assertThat(subjects.level("s", true)).isEqualTo(CompatibilityLevel.BACKWARD);
    }

    @Test
    void transitiveLevelsLookAtAllVersions() {
        String renamed = record("{'name':'b','type':'int','default':0}");
        subjects.register("s", ONE);
        subjects.setLevel("s", CompatibilityLevel.NONE);
        subjects.register("s", renamed);
        String needsB = record("{'name':'b','type':'int'}");

        subjects.setLevel("s", CompatibilityLevel.BACKWARD);
        assertThat(subjects.violations("s", null, needsB)).isEmpty();
        subjects.setLevel("s", CompatibilityLevel.BACKWARD_TRANSITIVE);
        assertThat(subjects.violations("s", null, needsB)).isNotEmpty();
    }

    @Test
    void deletedVersionsVanishButTheirIdsStayReadable() {
        int id = subjects.register("s", ONE).id();
        subjects.register("s", TWO);

        assertThat(subjects.delete("s", "1")).isEqualTo(1);
        assertThat(subjects.versions("s", false)).extracting(Version::version).containsExactly(2);
        assertCode(40406, () -> subjects.delete("s", "1"));
        assertThat(subjects.delete("s")).containsExactly(2);
        assertCode(40401, () -> subjects.versions("s", false));
        assertCode(40404, () -> subjects.delete("s"));
        assertThat(subjects.schema(id).getName()).isEqualTo("R");
        assertThat(subjects.subjects(false)).isEmpty();
        assertThat(subjects.subjects(true)).containsExactly("s");
    }

    @Test
    void aSchemaThatComesBackGetsANewVersionAndItsOldId() {
        int id = subjects.register("s", ONE).id();
        subjects.delete("s");

        Version back = subjects.register("s", ONE);

        assertThat(back.id()).isEqualTo(id);
        assertThat(back.version()).isEqualTo(2);
    }

    @Test
    void answersUnknownThingsWithConfluentsCodes() {
        subjects.register("s", ONE);

        assertCode(40401, () -> subjects.lookup("none", ONE, false));
        assertCode(40402, () -> subjects.version("s", "9", false));
        assertCode(40403, () -> subjects.lookup("s", TWO, false));
        assertCode(40403, () -> subjects.schema(9));
        assertCode(42201, () -> subjects.register("s", "{'type':'recor'}"));
        assertCode(42202, () -> subjects.version("s", "first", false));
    }

    @Test
    void isRebuiltFromItsLogAlone() {
        subjects.register("s", ONE);
        subjects.register("s", TWO);
        subjects.register("t", TWO);
        subjects.setLevel("s", CompatibilityLevel.FULL);
        subjects.setLevel(null, CompatibilityLevel.NONE);
        subjects.delete("s", "1");
        subjects.delete("t");

        SchemaState state = new SchemaState();
        log.forEach(record -> state.apply(SchemaRecord.parse(record.key(), record.value())));
        SchemaSubjects rebuilt = new SchemaSubjects(state, log::add);

        assertThat(rebuilt.versions("s", true)).isEqualTo(subjects.versions("s", true));
        assertThat(rebuilt.subjects(false)).containsExactly("s");
        assertThat(rebuilt.level("s", false)).isEqualTo(CompatibilityLevel.FULL);
        assertThat(rebuilt.globalLevel()).isEqualTo(CompatibilityLevel.NONE);
        assertThat(rebuilt.register("u", BREAKING).id()).isEqualTo(3);
    }

    @Test
    void writesTheRecordsThatConfluentsRegistryReads() {
        subjects.register("s", ONE);
        subjects.setLevel("s", CompatibilityLevel.FULL);
        subjects.delete("s");

        assertThat(log)
                .extracting(SchemaRecord::key)
                .containsExactly(
                        "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"magic\":1,\"version\":1}",
                        "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}",
                        "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}");
        assertThat(log.get(1).value()).isEqualTo("{\"subject\":\"s\",\"compatibilityLevel\":\"FULL\"}");
    }

    @Test
    void changesNothingWhenTheLogRefuses() {
        SchemaSubjects broken = new SchemaSubjects(new SchemaState(), record -> {
            throw RegistryError.store("disk full");
        });

        assertCode(50001, () -> broken.register("s", ONE));
        assertThat(broken.subjects(true)).isEmpty();
    }

    private static void assertCode(int code, ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RegistryError.class, error -> assertThat(error.code())
                .isEqualTo(code));
    }

    private static String record(String fields) {
        return ("{'type':'record','name':'R','fields':[" + fields + "]}").replace('\'', '"');
    }
}
