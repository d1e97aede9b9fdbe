package io.anchorstream.service.catalogue;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PeopleVariantsTest {
    @ParameterizedTest
    @CsvSource({
        "man-artist, artist",
        "woman-running-facing-right, person-running",
        "family-man-woman-girl, family",
        "kiss-woman-man, kiss",
        "woman-red-hair, person",
        "boy, girl",
        "mx-claus, santa-claus",
        "women-holding-hands, woman-and-man-holding-hands"
    })
    void variantsOfOnePictureShareAStem(String variant, String other) {
        assertThat(PeopleVariants.stem(variant)).isEqualTo(PeopleVariants.stem(other));
    }

    @ParameterizedTest
    @CsvSource({"person-biking, person-mountain-biking", "man-mage, man-elf", "baby, child", "kiss, kiss-mark"})
    void differentPicturesDoNot(String one, String other) {
        assertThat(PeopleVariants.stem(one)).isNotEqualTo(PeopleVariants.stem(other));
    }

    @Test
    void prefersTheVariantThatNamesNoGender() {
        assertThat(Stream.of("woman-running", "person-running", "man-running").min(PeopleVariants.PREFERENCE))
                .contains("person-running");
    }
}
