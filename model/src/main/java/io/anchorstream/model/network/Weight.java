package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;

/**
 * One named array of a network.
 *
 * @param path permanent name, e.g. {@code branch.conv1.kernel}; optimiser moments and checkpoints are keyed by it
 */
public record Weight(String path, WeightRole role, NDArray array) {}
