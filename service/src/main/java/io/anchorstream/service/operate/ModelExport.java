package io.anchorstream.service.operate;

import java.io.IOException;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.model.export.TorchScriptExport;
import io.anchorstream.model.training.ModelArtifact;
import org.jspecify.annotations.Nullable;

/**
 * A version's model as files: the weights as safetensors, which Python reads with
 * {@code safetensors.numpy.load_file}, and beside them what the network is and where it comes from. The tensor
 * {@code alignment.rotation}, where there is one, is what vectors are multiplied by last.
 */
public final class ModelExport {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ModelExport() {}

    /**
     * What was written.
     *
     * @param torchscript null when it was not asked for
     */
    public record Files(
            String weights, String description, @Nullable String torchscript) {}

    /** Also the whole model as one TorchScript file {@code model-vN.pt}. */
    public static Files withTorchScript(ModelVersion version, ModelArtifact artifact, Path folder) throws IOException {
        byte[] script = TorchScriptExport.of(artifact);
        Files files = write(version, artifact, folder);
        Path file = folder.resolve("model-v" + version.getVersion() + ".pt");
        java.nio.file.Files.write(file, script);
        return new Files(files.weights(), files.description(), file.toString());
    }

    /** Writes {@code model-vN.safetensors} and {@code model-vN.json}; replaces files of that name. */
    public static Files write(ModelVersion version, ModelArtifact artifact, Path folder) throws IOException {
        java.nio.file.Files.createDirectories(folder);
        Path weights = folder.resolve("model-v" + version.getVersion() + ".safetensors");
        Path description = folder.resolve("model-v" + version.getVersion() + ".json");
        java.nio.file.Files.write(weights, artifact.weights());
        ObjectNode node = JSON.createObjectNode();
        node.put("version", version.getVersion());
        node.set("network", JSON.readTree(artifact.network()));
        node.put("networkDigest", artifact.networkDigest());
        node.put("weightsDigest", artifact.weightsDigest());
        node.put("dimension", artifact.dimension());
        node.put("preprocessing", version.getPreprocessing());
        node.put("step", version.getStep());
        node.put("parent", version.getParent());
        node.set("metrics", JSON.valueToTree(version.getMetrics()));
        node.set("provenance", JSON.valueToTree(version.getProvenance()));
        java.nio.file.Files.writeString(description, JSON.writeValueAsString(node));
        return new Files(weights.toString(), description.toString(), null);
    }
}
