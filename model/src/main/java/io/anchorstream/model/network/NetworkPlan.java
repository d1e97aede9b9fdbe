package io.anchorstream.model.network;

import java.util.Map;

import io.anchorstream.model.checkpoint.Tensor;

/**
 * A specification with the files it stands on.
 *
 * @param attachments contents that are not weights but must travel with them, by name; most networks have none
 */
public record NetworkPlan(NetworkSpec spec, Map<String, Tensor> attachments) {
    public NetworkPlan {
        attachments = Map.copyOf(attachments);
    }
}
