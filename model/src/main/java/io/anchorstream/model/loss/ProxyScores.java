package io.anchorstream.model.loss;

/**
 * Samples compared with the proxies of classes: cosine of sample i and row k of class c at {@code (i * classes + c) *
 * rowsPerClass + k}.
 *
 * @param targets the sample's own class, -1 = none
 * @param textDistances squared distance of the sample's text to the class's mean text at {@code i * classes + c}; of
 *     length 0 when the objective does not read text
 */
@SuppressWarnings("ArrayRecordComponent") // working arrays of one step
record ProxyScores(int samples, int classes, int rowsPerClass, float[] values, int[] targets, float[] textDistances) {

    int at(int sample, int target, int k) {
        return (sample * classes + target) * rowsPerClass + k;
    }

    int labelled() {
        int count = 0;
        for (int target : targets) {
            count += target >= 0 ? 1 : 0;
        }
        return count;
    }
}
