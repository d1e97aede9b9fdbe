package io.anchorstream.topology.streams;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** A {@code float[]} as the list that Avro wants, without a box per number at rest. */
public final class FloatList extends AbstractList<Float> implements RandomAccess {
    private final float[] values;

    private FloatList(float[] values) {
        this.values = values;
    }

    /** A view; the array must not change afterwards. */
    public static List<Float> of(float[] values) {
        return new FloatList(values);
    }

    /** The numbers; not a copy when the list is a view of an array. */
    public static float[] toArray(List<Float> list) {
        if (list instanceof FloatList floats) {
            return floats.values;
        }
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i);
        }
        return values;
    }

    @Override
    public Float get(int index) {
        return values[index];
    }

    @Override
    public int size() {
        return values.length;
    }
}
