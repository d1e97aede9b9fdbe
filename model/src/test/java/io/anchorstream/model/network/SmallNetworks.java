package io.anchorstream.model.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

import ai.djl.ndarray.NDManager;
import io.anchorstream.model.training.TorchScriptFile;

/** One small network of each kind, for pictures of 24 pixels, with the same weights each time. */
final class SmallNetworks {
    static final int DIMENSION = 16;

    private SmallNetworks() {}

    /**
     * Ready for a backward pass: what is learned asks for its gradient.
     *
     * @param folder takes the file that {@code torchscript} stands on
     */
    static Network create(String kind, NDManager manager, Path folder) throws IOException {
        Map<String, String> options = kind.equals("torchscript")
                ? Map.of(
                        "input",
                        "24",
                        "hidden",
                        "8",
                        "file",
                        TorchScriptFile.write(folder.resolve("backbone.pt")).toString())
                : Map.of("input", "24", "width", "4");
        Network network =
                Networks.create(Networks.plan(Networks.specify(kind, options, 24, DIMENSION), manager), manager, 7);
        network.weights().learned().forEach(weight -> weight.array().setRequiresGradient(true));
        return network;
    }
}
