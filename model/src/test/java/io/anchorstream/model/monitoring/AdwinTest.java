package io.anchorstream.model.monitoring;

import java.util.SplittableRandom;

import io.anchorstream.model.loss.SavedState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class AdwinTest {
    private final SplittableRandom random = new SplittableRandom(5);

    private double draw(double chance) {
        return random.nextDouble() < chance ? 1 : 0;
    }

    @Test
    void keepsTheWholeWindowWhileTheMeanStays() {
        Adwin adwin = new Adwin(1e-6);
        for (int i = 0; i < 5000; i++) {
            assertThat(adwin.add(draw(0.3))).isZero();
        }
        assertThat(adwin.size()).isEqualTo(5000);
        assertThat(adwin.mean()).isCloseTo(0.3, within(0.03));
    }

    @Test
    void noticesAMoveSoonAndForgetsWhatWasBefore() {
        Adwin adwin = new Adwin(0.002);
        for (int i = 0; i < 1000; i++) {
            adwin.add(draw(0.2));
        }
        double moved = 0;
        int until = 0;
        while (moved == 0 && until < 300) {
            moved = adwin.add(draw(0.8));
            until++;
        }

        assertThat(moved).isPositive();
        assertThat(until).isLessThan(100);
        for (int i = 0; i < 500; i++) {
            adwin.add(draw(0.8));
        }
        assertThat(adwin.size()).isLessThan(700);
        assertThat(adwin.mean()).isCloseTo(0.8, within(0.08));
    }

    @Test
    void saysInWhichDirectionTheMeanMoved() {
        Adwin adwin = new Adwin(0.002);
        double moved = 0;
        for (int i = 0; i < 600; i++) {
            moved = Math.min(moved, adwin.add(i < 300 ? 1 : 0));
        }
        assertThat(moved).isLessThan(-0.5);
    }

    @Test
    void goesOnFromItsSavedState() {
        Adwin one = new Adwin(0.002);
        Adwin other = new Adwin(0.002);
        for (int i = 0; i < 777; i++) {
            one.add(draw(0.4));
        }
        SavedState state = new SavedState();
        one.save(state);
        other.load(state);
        for (int i = 0; i < 200; i++) {
            double value = draw(0.9);
            assertThat(other.add(value)).isEqualTo(one.add(value));
        }
        assertThat(other.size()).isEqualTo(one.size());
    }
}
