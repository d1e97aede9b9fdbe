package io.anchorstream.model.training;

/**
 * A servable model as plain bytes: what travels over {@code model.weights}.
 *
 * @param network the network's specification as JSON, enough to build it
 * @param networkDigest SHA-256 of the specification and all parameter shapes
 * @param weights the parameters, in the checkpoint's weight format
 * @param weightsDigest SHA-256 of {@code weights}, hexadecimal
 * @param dimension length of the vectors it makes
 */
@SuppressWarnings("ArrayRecordComponent") // megabytes, handed on and never compared
public record ModelArtifact(
        String network, String networkDigest, byte[] weights, String weightsDigest, int dimension) {}
