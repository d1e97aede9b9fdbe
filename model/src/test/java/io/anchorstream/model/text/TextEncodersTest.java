package io.anchorstream.model.text;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TextEncodersTest {

    /** What every encoder promises. */
    interface EncoderContract {
        TextEncoder encoder();

        @Test
        default void givesUnitVectorsOfItsDimension() {
            try (TextEncoder encoder = encoder()) {
                float[] vector = encoder.encode("a red teapot").orElseThrow();

                assertThat(vector).hasSize(encoder.dimension());
                assertThat(dot(vector, vector)).isBetween(0.999, 1.001);
            }
        }

        @Test
        default void placesLikeTextsNearerThanOthers() {
            try (TextEncoder encoder = encoder()) {
                float[] teapot = encoder.encode("red porcelain teapot").orElseThrow();
                float[] other = encoder.encode("blue porcelain teapot").orElseThrow();
                float[] bicycle = encoder.encode("mountain bicycle with gears").orElseThrow();

                assertThat(dot(teapot, other)).isGreaterThan(dot(teapot, bicycle) + 0.3);
            }
        }

        @Test
        default void givesTheSameVectorWhateverElseIsInTheBatch() {
            try (TextEncoder encoder = encoder()) {
                float[] alone = encoder.encode("a violin").orElseThrow();
                float[] among = encoder.encode(List.of(
                                "a long text about a compass and its needle, of polished brass", "a violin", "x"))
                        .get(1)
                        .orElseThrow();

                assertThat(dot(alone, among)).isGreaterThan(0.99999);
            }
        }

        @Test
        default void saysNothingOfATextWithoutWords() {
            try (TextEncoder encoder = encoder()) {
                assertThat(encoder.encode(List.of("", "  ", "--- !!!"))).containsOnly(Optional.empty());
            }
        }

        @Test
        default void doesNotStallOnAMegabyteOfText() {
            try (TextEncoder encoder = encoder()) {
                String text = "teapot ".repeat(150_000);
                long start = System.nanoTime();
                assertThat(encoder.encode(text)).isPresent();

                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            }
        }
    }

    @Nested
    class Hashed implements EncoderContract {
        @Override
        public TextEncoder encoder() {
            return new HashedTextEncoder();
        }

        @Test
        void carriesTheIdfTableInItsVersion() {
            IdfTable learnt = IdfTable.learn(List.of("a red teapot", "a blue teapot", "a green cup"));

            assertThat(new HashedTextEncoder(learnt, 256).version())
                    .isNotEqualTo(new HashedTextEncoder().version())
                    .isEqualTo(new HashedTextEncoder(
                                    IdfTable.learn(List.of("a red teapot", "a blue teapot", "a green cup")), 256)
                            .version());
        }

        @Test
        void weighsRareWordsMoreOnceItHasLearntThem() {
            IdfTable learnt = IdfTable.learn(
                    List.of("teapot red", "teapot blue", "teapot green", "teapot old", "teapot new", "teapot big"));
            try (TextEncoder plain = new HashedTextEncoder();
                    TextEncoder weighted = new HashedTextEncoder(learnt, 256)) {
                assertThat(cosine(weighted, "teapot red", "teapot blue"))
                        .isLessThan(cosine(plain, "teapot red", "teapot blue") - 0.05);
            }
        }

        private double cosine(TextEncoder encoder, String one, String other) {
            return dot(encoder.encode(one).orElseThrow(), encoder.encode(other).orElseThrow());
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class MiniLm implements EncoderContract {
        /** Loading the model takes longer than all tests together; it is safe for use by several. */
        private final TextEncoder loaded = new MiniLmTextEncoder(1);

        @AfterAll
        void unload() {
            loaded.close();
        }

        @Override
        public TextEncoder encoder() {
            return new TextEncoder() {
                @Override
                public String version() {
                    return loaded.version();
                }

                @Override
                public int dimension() {
                    return loaded.dimension();
                }

                @Override
                public List<Optional<float[]>> encode(List<String> texts) {
                    return loaded.encode(texts);
                }

                @Override
                public void close() {
                    // The tests share one; unload() closes it.
                }
            };
        }

        @Test
        void understandsWhatHashingCannot() {
            try (TextEncoder encoder = encoder()) {
                float[] kettle = encoder.encode("kettle for boiling water").orElseThrow();
                float[] teapot = encoder.encode("a pot in which tea is made").orElseThrow();
                float[] tractor = encoder.encode("an agricultural vehicle").orElseThrow();

                assertThat(dot(kettle, teapot)).isGreaterThan(dot(kettle, tractor) + 0.1);
            }
        }
    }

    @Nested
    class Caching implements EncoderContract {
        @Override
        public TextEncoder encoder() {
            return new CachingTextEncoder(new HashedTextEncoder(), 1_000_000);
        }

        @Test
        void handsOutCopies() {
            try (TextEncoder encoder = encoder()) {
                float[] first = encoder.encode("a teapot").orElseThrow();
                float kept = first[0];
                first[0] = 9;

                assertThat(encoder.encode("a teapot").orElseThrow()[0]).isEqualTo(kept);
            }
        }
    }

    @Test
    void composesTheFieldsThatSaySomething() {
        assertThat(ItemText.compose("Teapot", " Red. ", List.of("tea", "", "pot")))
                .isEqualTo("Teapot. Red.. tea, pot");
        assertThat(ItemText.compose("", "", List.of("tea"))).isEqualTo("tea");
        assertThat(ItemText.compose(" ", "", List.of())).isEmpty();
        assertThat(ItemText.compose("t", "x".repeat(1_000_000), List.of("k")))
                .hasSizeLessThanOrEqualTo(ItemText.MAX_CHARS);
    }

    @Test
    void refusesADimensionThatIsOfNoUse() {
        assertThatThrownBy(() -> new HashedTextEncoder(IdfTable.plain(), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 to 4096");
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
