package io.anchorstream.topology.labelling;

import java.util.Arrays;

/** The classes of one block: parallel arrays beside the matrix of their centroids. */
final class BlockClusters {
    static final int NONE = -1;

    private final CentroidMatrix centroids;
    private long[] ids = new long[16];
    private long[] members = new long[16];
    private long[] lastUsed = new long[16];

    BlockClusters(int dimension) {
        this.centroids = new CentroidMatrix(dimension);
    }

    int size() {
        return centroids.size();
    }

    int dimension() {
        return centroids.dimension();
    }

    long id(int row) {
        return ids[row];
    }

    long members(int row) {
        return members[row];
    }

    Cluster cluster(int row, String block) {
        return new Cluster(ids[row], block, centroids.get(row), members[row], lastUsed[row]);
    }

    int add(Cluster cluster) {
        int row = centroids.add(cluster.centroid());
        if (row == ids.length) {
            ids = Arrays.copyOf(ids, row * 2);
            members = Arrays.copyOf(members, row * 2);
            lastUsed = Arrays.copyOf(lastUsed, row * 2);
        }
        put(row, cluster);
        return row;
    }

    void replace(int row, Cluster cluster) {
        centroids.set(row, cluster.centroid());
        put(row, cluster);
    }

    void remove(int row) {
        int last = size() - 1;
        centroids.remove(row);
        ids[row] = ids[last];
        members[row] = members[last];
        lastUsed[row] = lastUsed[last];
    }

    /** The two nearest classes; of equally near ones the older, so that the answer does not depend on the order of rows. */
    Nearest nearest(float[] vector) {
        float[] scores = centroids.scores(vector);
        int best = NONE;
        int second = NONE;
        for (int row = 0; row < size(); row++) {
            if (best == NONE || before(scores, row, best)) {
                second = best;
                best = row;
            } else if (second == NONE || before(scores, row, second)) {
                second = row;
            }
        }
        return new Nearest(best, best == NONE ? 0 : scores[best], second, second == NONE ? 0 : scores[second]);
    }

    int leastRecentlyUsed() {
        int oldest = 0;
        for (int row = 1; row < size(); row++) {
            if (lastUsed[row] < lastUsed[oldest]) {
                oldest = row;
            }
        }
        return oldest;
    }

    private boolean before(float[] scores, int row, int other) {
        return scores[row] > scores[other] || (scores[row] == scores[other] && ids[row] < ids[other]);
    }

    private void put(int row, Cluster cluster) {
        ids[row] = cluster.id();
        members[row] = cluster.members();
        lastUsed[row] = cluster.lastUsed();
    }

    /** Rows and cosines of the nearest and the second nearest class, or {@link #NONE}. */
    record Nearest(int row, float cosine, int second, float secondCosine) {}
}
