package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/** A list in random order. {@code Collections.shuffle} would want another kind of generator. */
final class Shuffled {
    private Shuffled() {}

    static <T> List<T> of(Collection<T> items, SplittableRandom random) {
        List<T> list = new ArrayList<>(items);
        for (int i = list.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T moved = list.get(i);
            list.set(i, list.get(j));
            list.set(j, moved);
        }
        return list;
    }
}
