package io.anchorstream.model.loss;

import java.util.Arrays;

/**
 * A dense matrix, row by row.
 *
 * @param values {@code float[rows * columns]}; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a view of a working array, compared by no one
public record FloatMatrix(int rows, int columns, float[] values) {
    private static final int BLOCK = 64;

    public FloatMatrix {
        if (rows < 0 || columns < 0 || values.length < rows * columns) {
            throw new IllegalArgumentException(
                    "a " + rows + " x " + columns + " matrix does not fit " + values.length + " values");
        }
    }

    public static FloatMatrix zeros(int rows, int columns) {
        return new FloatMatrix(rows, columns, new float[rows * columns]);
    }

    public static FloatMatrix of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        FloatMatrix matrix = zeros(rows.length, columns);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException("row " + i + " has " + rows[i].length + " values, row 0 " + columns);
            }
            System.arraycopy(rows[i], 0, matrix.values, i * columns, columns);
        }
        return matrix;
    }

    public float get(int row, int column) {
        return values[row * columns + column];
    }

    public float[] row(int row) {
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }

    /** {@code this * other^T}: all dot products of rows, {@code float[rows][other.rows]}. */
    public FloatMatrix timesTransposed(FloatMatrix other) {
        FloatMatrix out = zeros(rows, other.rows);
        timesTransposed(other, 0, rows, out.values);
        return out;
    }

    /** The dot products of rows {@code from..to-1} of this with all rows of other, written to {@code out} from 0. */
    public void timesTransposed(FloatMatrix other, int from, int to, float[] out) {
        if (columns != other.columns) {
            throw new IllegalArgumentException("rows of " + columns + " and of " + other.columns + " values");
        }
        // A transposed block of BLOCK rows makes the inner loop contiguous, which the JIT turns into vector
        // instructions.
        float[] block = new float[columns * BLOCK];
        float[] sums = new float[BLOCK];
        float[] more = new float[BLOCK];
        for (int start = 0; start < other.rows; start += BLOCK) {
            int width = Math.min(BLOCK, other.rows - start);
            for (int j = 0; j < width; j++) {
                int source = (start + j) * columns;
                for (int d = 0; d < columns; d++) {
                    block[d * BLOCK + j] = other.values[source + d];
                }
            }
            int i = from;
            for (; i + 1 < to; i += 2) {
                Arrays.fill(sums, 0);
                Arrays.fill(more, 0);
                int d = 0;
                for (; d + 3 < columns; d += 4) {
                    addFour(sums, more, block, d * BLOCK, values, i * columns + d, (i + 1) * columns + d);
                }
                for (; d < columns; d++) {
                    addScaled(sums, 0, values[i * columns + d], block, d * BLOCK, BLOCK);
                    addScaled(more, 0, values[(i + 1) * columns + d], block, d * BLOCK, BLOCK);
                }
                System.arraycopy(sums, 0, out, (i - from) * other.rows + start, width);
                System.arraycopy(more, 0, out, (i + 1 - from) * other.rows + start, width);
            }
            if (i < to) {
                Arrays.fill(sums, 0);
                Arrays.fill(more, 0);
                int d = 0;
                for (; d + 3 < columns; d += 4) {
                    addFour(sums, more, block, d * BLOCK, values, i * columns + d, i * columns + d);
                }
                for (; d < columns; d++) {
                    addScaled(sums, 0, values[i * columns + d], block, d * BLOCK, BLOCK);
                }
                System.arraycopy(sums, 0, out, (i - from) * other.rows + start, width);
            }
        }
    }

    /** Two rows at once: each value of the block is loaded once for both. The order of sums is that of one row. */
    private static void addFour(
            float[] first, float[] second, float[] block, int offset, float[] factors, int of, int and) {
        float a = factors[of];
        float b = factors[of + 1];
        float c = factors[of + 2];
        float e = factors[of + 3];
        float p = factors[and];
        float q = factors[and + 1];
        float r = factors[and + 2];
        float s = factors[and + 3];
        for (int j = 0; j < BLOCK; j++) {
            float w = block[offset + j];
            float x = block[offset + BLOCK + j];
            float y = block[offset + 2 * BLOCK + j];
            float z = block[offset + 3 * BLOCK + j];
            first[j] += a * w + b * x + c * y + e * z; // no Math.fma: without the instruction it is emulated
            second[j] += p * w + q * x + r * y + s * z;
        }
    }

    /** Adds {@code factor * this * other} to {@code out}; zero entries of this cost nothing. */
    public void addTimes(FloatMatrix other, float factor, FloatMatrix out) {
        if (columns != other.rows || out.rows != rows || out.columns != other.columns) {
            throw new IllegalArgumentException("shapes " + rows + "x" + columns + " * " + other.rows + "x"
                    + other.columns + " -> " + out.rows + "x" + out.columns + " do not fit");
        }
        for (int i = 0; i + 1 < rows; i += 2) {
            addProducts(values, i * columns, columns, 1, columns, factor, other, out, i);
        }
        if (rows % 2 == 1) {
            addProducts(values, (rows - 1) * columns, 0, 1, columns, factor, other, out, rows - 1);
        }
    }

    /** Adds {@code factor * this^T * other} to {@code out}; zero entries of this cost nothing. */
    public void addTransposedTimes(FloatMatrix other, float factor, FloatMatrix out) {
        if (rows != other.rows || out.rows != columns || out.columns != other.columns) {
            throw new IllegalArgumentException("shapes (" + rows + "x" + columns + ")^T * " + other.rows + "x"
                    + other.columns + " -> " + out.rows + "x" + out.columns + " do not fit");
        }
        for (int k = 0; k + 1 < columns; k += 2) {
            addProducts(values, k, 1, columns, rows, factor, other, out, k);
        }
        if (columns % 2 == 1) {
            addProducts(values, columns - 1, 0, columns, rows, factor, other, out, columns - 1);
        }
    }

    /**
     * Adds the rows of {@code other}, each times a number of {@code factors}, to two rows of {@code out} at once, four of
     * them at a time: each row is then read twice less and each sum written four times less. Every sum goes up in the
     * order of the rows.
     *
     * @param at of the first factor of the first row
     * @param second from there to the first factor of the second row; 0 = there is one row only
     * @param stride from one factor to the next
     */
    private static void addProducts(
            float[] factors,
            int at,
            int second,
            int stride,
            int count,
            float factor,
            FloatMatrix other,
            FloatMatrix out,
            int row) {
        int width = other.columns;
        // Arrays of their own: the JIT makes no vector instructions of two writes into one.
        float[] sums = Arrays.copyOfRange(out.values, row * width, (row + 1) * width);
        float[] more = second == 0 ? sums : Arrays.copyOfRange(out.values, (row + 1) * width, (row + 2) * width);
        float[] a = new float[4];
        float[] b = new float[4];
        for (int k = 0; k < count; k += 4) {
            boolean any = false;
            for (int q = 0; q < 4; q++) {
                boolean there = k + q < count;
                a[q] = there ? factor * factors[at + (k + q) * stride] : 0;
                b[q] = there && second != 0 ? factor * factors[at + second + (k + q) * stride] : 0;
                any |= a[q] != 0 || b[q] != 0;
            }
            if (any && k + 3 < count && second != 0) {
                addFour(sums, more, a, b, other.values, k * width, width);
            } else {
                for (int q = 0; any && q < 4 && k + q < count; q++) {
                    addScaled(sums, 0, a[q], other.values, (k + q) * width, width);
                    if (second != 0) {
                        addScaled(more, 0, b[q], other.values, (k + q) * width, width);
                    }
                }
            }
        }
        System.arraycopy(sums, 0, out.values, row * width, width);
        if (second != 0) {
            System.arraycopy(more, 0, out.values, (row + 1) * width, width);
        }
    }

    private static void addFour(float[] sums, float[] more, float[] one, float[] two, float[] in, int from, int width) {
        float a = one[0];
        float b = one[1];
        float c = one[2];
        float e = one[3];
        float p = two[0];
        float q = two[1];
        float r = two[2];
        float s = two[3];
        for (int j = 0; j < width; j++) {
            float w = in[from + j];
            float x = in[from + width + j];
            float y = in[from + 2 * width + j];
            float z = in[from + 3 * width + j];
            sums[j] = sums[j] + a * w + b * x + c * y + e * z;
            more[j] = more[j] + p * w + q * x + r * y + s * z;
        }
    }

    static void addScaled(float[] out, int outAt, float factor, float[] in, int inAt, int length) {
        for (int d = 0; d < length; d++) {
            out[outAt + d] += factor * in[inAt + d];
        }
    }
}
