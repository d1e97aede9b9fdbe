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
        int width = other.columns;
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < columns; k++) {
                float a = factor * values[i * columns + k];
                if (a != 0) {
                    addScaled(out.values, i * width, a, other.values, k * width, width);
                }
            }
        }
    }

    /** Adds {@code factor * this^T * other} to {@code out}; zero entries of this cost nothing. */
    public void addTransposedTimes(FloatMatrix other, float factor, FloatMatrix out) {
        if (rows != other.rows || out.rows != columns || out.columns != other.columns) {
            throw new IllegalArgumentException("shapes (" + rows + "x" + columns + ")^T * " + other.rows + "x"
                    + other.columns + " -> " + out.rows + "x" + out.columns + " do not fit");
        }
        int width = other.columns;
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < columns; k++) {
                float a = factor * values[i * columns + k];
                if (a != 0) {
                    addScaled(out.values, k * width, a, other.values, i * width, width);
                }
            }
        }
    }

    static void addScaled(float[] out, int outAt, float factor, float[] in, int inAt, int length) {
        for (int d = 0; d < length; d++) {
            out[outAt + d] += factor * in[inAt + d];
        }
    }
}
