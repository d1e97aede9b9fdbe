package io.anchorstream.model.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.anchorstream.model.checkpoint.SafeTensors;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.network.Network;
import io.anchorstream.model.network.NetworkPlan;
import io.anchorstream.model.network.NetworkSpec;
import io.anchorstream.model.network.Networks;
import io.anchorstream.model.network.Script;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.PyTorchModelRuntime;

/**
 * A whole model as one TorchScript file, that PyTorch loads without any of our code: pictures of any size in, the unit
 * vectors out that the embed role publishes, rotation included.
 */
public final class TorchScriptExport {
    private TorchScriptExport() {}

    /**
     * @return a file for {@code torch.jit.load}; its {@code forward} takes {@code float[N][3][H][W]}, RGB in 0..1, and gives
     *     {@code float[N][D]}
     * @throws IllegalArgumentException if the network stands on a file that cannot become part of another; says why
     */
    public static byte[] of(ModelArtifact artifact) {
        NetworkSpec spec = NetworkSpec.fromJson(artifact.network());
        Map<String, Tensor> weights = SafeTensors.fromBytes(artifact.weights()).tensors();
        Tensor rotation = weights.remove(PyTorchModelRuntime.ROTATION);
        Map<String, Tensor> attachments = new TreeMap<>(weights);
        attachments.values().removeIf(tensor -> tensor.type() != Tensor.Type.U8);
        weights.keySet().removeAll(attachments.keySet());
        Script script = new Script();
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
                Network network = Networks.create(new NetworkPlan(spec, attachments), manager, 0)) {
            network.weights().load(weights);
            String vectors = network.script(script, "pictures");
            if (rotation != null) {
                vectors = script.product(vectors, script.constant(PyTorchModelRuntime.ROTATION, rotation));
            }
            String unit = script.unit(vectors);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            TorchScriptArchive.write(
                    script.tensors(),
                    script.module(),
                    "  def forward(self: " + TorchScriptArchive.TYPE + ",\n    pictures: Tensor) -> Tensor:\n"
                            + script.body() + "    return " + unit + "\n",
                    out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
    }
}
