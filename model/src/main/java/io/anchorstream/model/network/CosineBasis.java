package io.anchorstream.model.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Orthonormal rows that keep the slow variation of a stack of maps: cosines over the plane, a circular Fourier basis
 * over the channels when they are orientations. Independent of data, so version 0 needs no fitting; maps of pictures
 * hold most of their energy there, so distances survive the projection far better than under random rows.
 */
final class CosineBasis {
    private CosineBasis() {}

    private record Wave(int channel, int row, int column, double cost) {}

    /**
     * @param circular whether channels are orientations that wrap around, else they are kept apart unmixed
     * @param count rows wanted, at most {@code channels * edge * edge}
     * @return {@code float[count][channels * edge * edge]}, rows of unit length, orthogonal to each other
     */
    static float[][] rows(int channels, int edge, boolean circular, int count) {
        List<Wave> waves = new ArrayList<>();
        for (int k = 0; k < channels; k++) {
            for (int u = 0; u < edge; u++) {
                for (int v = 0; v < edge; v++) {
                    waves.add(new Wave(k, u, v, u * u + v * v));
                }
            }
        }
        if (count > waves.size()) {
            throw new IllegalArgumentException("at most " + waves.size() + " rows, not " + count);
        }
        waves.sort(Comparator.comparingDouble(Wave::cost)
                .thenComparingInt(Wave::row)
                .thenComparingInt(Wave::column)
                .thenComparingInt(Wave::channel));
        float[][] rows = new float[count][channels * edge * edge];
        for (int r = 0; r < count; r++) {
            Wave wave = waves.get(r);
            for (int c = 0; c < channels; c++) {
                double across = circular ? fourier(wave.channel, c, channels) : wave.channel == c ? 1 : 0;
                for (int y = 0; y < edge; y++) {
                    for (int x = 0; x < edge; x++) {
                        rows[r][(c * edge + y) * edge + x] =
                                (float) (across * cosine(wave.row, y, edge) * cosine(wave.column, x, edge));
                    }
                }
            }
        }
        return rows;
    }

    private static double cosine(int frequency, int at, int length) {
        double scale = frequency == 0 ? Math.sqrt(1.0 / length) : Math.sqrt(2.0 / length);
        return scale * Math.cos(Math.PI * (at + 0.5) * frequency / length);
    }

    private static double fourier(int index, int at, int length) {
        if (index == 0) {
            return Math.sqrt(1.0 / length);
        }
        if (length % 2 == 0 && index == length - 1) {
            return Math.sqrt(1.0 / length) * (at % 2 == 0 ? 1 : -1);
        }
        double angle = 2 * Math.PI * at / length * Math.floorDiv(index + 1, 2);
        return Math.sqrt(2.0 / length) * (index % 2 == 1 ? Math.cos(angle) : Math.sin(angle));
    }
}
