package io.anchorstream.model.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.alignment.Rotation;
import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.checkpoint.SafeTensors;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.network.BackboneFeatures;
import io.anchorstream.model.network.Network;
import io.anchorstream.model.network.NetworkPlan;
import io.anchorstream.model.network.NetworkSpec;
import io.anchorstream.model.network.Networks;

/** Trainers and embedders on PyTorch through DJL. Safe for use by several threads. */
public final class PyTorchModelRuntime implements ModelRuntime {
    /** Name, beside the network's own weights, of the matrix that vectors are multiplied by last. */
    public static final String ROTATION = "alignment.rotation";

    private static final String ENGINE = "PyTorch";

    private final Engine engine;
    private final Device device;
    private final int threads;
    private final boolean pinned;
    private final BackboneFeatures features = new BackboneFeatures();

    /** On one thread, on a GPU if there is one. */
    public PyTorchModelRuntime() {
        this(1, "auto");
    }

    /** With page-locked memory where training is on a GPU. */
    public PyTorchModelRuntime(int threads, String device) {
        this(threads, device, true);
    }

    /**
     * @param threads of the engine for one operation of an embedder
     * @param device {@code auto}, {@code cpu} or {@code gpu}
     * @param pinned whether memory that a GPU trains from is page-locked
     */
    public PyTorchModelRuntime(int threads, String device, boolean pinned) {
        if (threads < 1) {
            throw new IllegalArgumentException("the engine needs at least one thread, not " + threads);
        }
        this.threads = threads;
        this.pinned = pinned;
        engine = Engine.getEngine(ENGINE);
        this.device = device(engine, device);
    }

    /** Loads the native library, a second or two of work that any thread may do ahead. */
    public static void loadEngine() {
        Engine.getEngine(ENGINE);
    }

    private static Device device(Engine engine, String name) {
        return switch (name) {
            case "auto" -> engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu();
            case "cpu" -> Device.cpu();
            case "gpu" -> {
                if (engine.getGpuCount() == 0) {
                    throw new IllegalArgumentException("device is gpu but the engine sees none; use cpu or auto, or"
                            + " build with the gpu profile and run where the CUDA runtime is installed");
                }
                yield Device.gpu();
            }
            default -> throw new IllegalArgumentException("device must be auto, cpu or gpu, not " + name);
        };
    }

    @Override
    public Trainer newTrainer(TrainingConfig config) {
        return trainer(config, true);
    }

    @SuppressWarnings("try") // the scope of the mode is its use
    private PyTorchTrainer trainer(TrainingConfig config, boolean fresh) {
        NetworkSpec spec = Networks.specify(
                config.network(), config.networkOptions(), config.imageSize(), config.embeddingDimension());
        NDManager manager = engine.newBaseManager(device(engine, config.device()));
        try (GradientMode mode = GradientMode.off(config.threads())) {
            Network network = Networks.create(Networks.plan(spec, manager), manager, config.seed(), features);
            if (fresh) {
                network.begin();
            }
            Optional<Network> before = PyTorchTrainer.compatibilityWeight(config) > 0
                    ? Optional.of(Networks.create(Networks.plan(spec, manager), manager, config.seed(), features))
                    : Optional.empty();
            return new PyTorchTrainer(config, network, before, manager, hostMemory(manager.getDevice()));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private HostMemory hostMemory(Device trained) {
        Optional<PinnedMemory.Pages> pages = pinned && trained.isGpu() ? CudaPages.find() : Optional.empty();
        return pages.<HostMemory>map(PinnedMemory::new).orElseGet(HostMemory::pageable);
    }

    @Override
    public RestoredTrainer restore(Path checkpoint, TrainingConfig config) throws IOException {
        CheckpointDirectory.Content content = CheckpointDirectory.read(checkpoint);
        PyTorchTrainer trainer = trainer(config, false);
        try {
            trainer.load(content);
        } catch (IOException | RuntimeException e) {
            trainer.close();
            throw e;
        }
        return new RestoredTrainer(trainer, content.position());
    }

    @Override
    public Trainer trainerFrom(ModelArtifact artifact, long step, TrainingConfig config) throws IOException {
        Map<String, Tensor> tensors = SafeTensors.fromBytes(artifact.weights()).tensors();
        tensors.remove(ROTATION);
        tensors.values().removeIf(tensor -> tensor.type() == Tensor.Type.U8);
        PyTorchTrainer trainer = trainer(config, false);
        try {
            trainer.begin(tensors, artifact.networkDigest(), step);
        } catch (IOException | RuntimeException e) {
            trainer.close();
            throw e;
        }
        return trainer;
    }

    @Override
    public ModelArtifact turned(ModelArtifact artifact, Rotation rotation) {
        if (rotation.dimension() != artifact.dimension()) {
            throw new IllegalArgumentException(
                    "vectors of " + artifact.dimension() + " dimensions cannot be turned in " + rotation.dimension());
        }
        Map<String, Tensor> tensors = SafeTensors.fromBytes(artifact.weights()).tensors();
        tensors.put(
                ROTATION, Tensor.of(rotation.matrix().values().clone(), rotation.dimension(), rotation.dimension()));
        byte[] weights = SafeTensors.toBytes(tensors, Map.of("format", "pt"));
        return new ModelArtifact(
                artifact.network(), artifact.networkDigest(), weights, Sha256.hex(weights), artifact.dimension());
    }

    @Override
    @SuppressWarnings("try") // the scope of the mode is its use
    public Embedder load(ModelArtifact artifact) {
        String digest = Sha256.hex(artifact.weights());
        if (!digest.equals(artifact.weightsDigest())) {
            throw new IllegalArgumentException("the weights have SHA-256 " + digest + " instead of "
                    + artifact.weightsDigest() + ": they were altered or cut on the way; fetch them again");
        }
        NetworkSpec spec = NetworkSpec.fromJson(artifact.network());
        NDManager manager = engine.newBaseManager(device);
        try (GradientMode mode = GradientMode.off(threads)) {
            Map<String, Tensor> tensors =
                    SafeTensors.fromBytes(artifact.weights()).tensors();
            // Bytes, unlike weights, are attachments: what a network needs to be built at all.
            Map<String, Tensor> attachments = new TreeMap<>();
            tensors.forEach((name, tensor) -> {
                if (tensor.type() == Tensor.Type.U8) {
                    attachments.put(name, tensor);
                }
            });
            Network network = Networks.create(new NetworkPlan(spec, attachments), manager, 0, features);
            String built = network.weights().digest(spec);
            if (!built.equals(artifact.networkDigest())) {
                throw new IllegalArgumentException("the model's network digest is " + artifact.networkDigest()
                        + " but its specification builds " + built
                        + ": it was made by another version of this program; use that version, or train anew");
            }
            tensors.keySet().removeAll(attachments.keySet());
            Optional<Tensor> rotation = Optional.ofNullable(tensors.remove(ROTATION));
            network.weights().load(tensors);
            return new PyTorchEmbedder(
                    network, manager, threads, rotation.map(it -> manager.create(it.floats(), new Shape(it.shape()))));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** GPUs that PyTorch sees; it uses one. */
    public int gpus() {
        return engine.getGpuCount();
    }

    @Override
    public Map<String, String> description() {
        Map<String, String> description = new TreeMap<>();
        description.put("engine", engine.getEngineName());
        description.put("engine.version", engine.getVersion());
        description.put("device", device.toString());
        description.put("threads", Integer.toString(threads));
        return description;
    }
}
