package io.anchorstream.model.training;

import ai.djl.pytorch.jni.JniUtils;

/**
 * Switches the recording of gradients for the current thread and puts back what was there. The engine's own collector
 * exists once per JVM and switches recording on for every new thread, so neither is of use with several models at work.
 */
final class GradientMode implements AutoCloseable {
    private final boolean before;

    private GradientMode(boolean recording, int threads) {
        before = JniUtils.isGradMode();
        JniUtils.setGradMode(recording);
        // Each Java thread that runs operations owns a pool of this size.
        if (JniUtils.getNumThreads() != threads) {
            JniUtils.setNumThreads(threads);
        }
    }

    static GradientMode recording(int threads) {
        return new GradientMode(true, threads);
    }

    static GradientMode off(int threads) {
        return new GradientMode(false, threads);
    }

    @Override
    public void close() {
        JniUtils.setGradMode(before);
    }
}
