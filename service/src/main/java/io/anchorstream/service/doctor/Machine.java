package io.anchorstream.service.doctor;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.anchorstream.model.training.PyTorchModelRuntime;
import org.rocksdb.RocksDB;

/** Looks at Java, the native libraries, the device and the disk. */
public final class Machine {
    private static final long LITTLE_DISK = 5L << 30;
    private static final long TOO_LITTLE_DISK = 500L << 20;
    private static final int JAVA = 17;

    private final Path data;
    private final String device;
    private final int threads;

    /**
     * @param data folder that the service writes to
     * @param device as configured: auto, cpu or gpu
     * @param threads of the engine, as configured
     */
    public Machine(Path data, String device, int threads) {
        this.data = data;
        this.device = device;
        this.threads = threads;
    }

    public List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(Runtime.version().feature()));
        findings.add(rocksDb());
        findings.addAll(engine());
        findings.add(disk());
        return findings;
    }

    static Finding java(int feature) {
        String detail = "Java " + Runtime.version() + ", heap up to "
                + (Runtime.getRuntime().maxMemory() >> 20) + " MB, "
                + Runtime.getRuntime().availableProcessors() + " processors";
        return feature >= JAVA
                ? Finding.ok("java", detail)
                : Finding.fault("java", detail, "install a JDK " + JAVA + " or newer, or set JAVA_HOME to one");
    }

    private static Finding rocksDb() {
        try {
            RocksDB.loadLibrary();
            return Finding.ok("rocksdb", "native library loaded");
        } catch (RuntimeException | LinkageError e) {
            return Finding.fault(
                    "rocksdb",
                    "the native library does not load: " + e.getMessage(),
                    "it is unpacked into " + System.getProperty("java.io.tmpdir")
                            + ", which must be writable and not mounted noexec; on Alpine use an image with glibc");
        }
    }

    private List<Finding> engine() {
        PyTorchModelRuntime runtime;
        try {
            runtime = new PyTorchModelRuntime(threads, "cpu");
        } catch (RuntimeException | LinkageError e) {
            return List.of(
                    Finding.fault(
                            "pytorch",
                            "the native library does not load: " + e,
                            "its cache folder (DJL_CACHE_DIR) must be writable at the first start and needs 500 MB; the"
                                    + " build must hold the natives of this operating system and processor"),
                    Finding.skipped("device", "PyTorch does not load"));
        }
        Map<String, String> about = runtime.description();
        return List.of(
                Finding.ok("pytorch", "native library " + about.get("engine.version") + ", threads " + threads),
                gpu(runtime.gpus(), device, Files.exists(Path.of("/dev/nvidiactl"))));
    }

    /**
     * @param gpus that PyTorch sees
     * @param driver whether the NVIDIA driver is there
     */
    static Finding gpu(int gpus, String device, boolean driver) {
        if (gpus > 0) {
            String detail = gpus + (gpus == 1 ? " GPU" : " GPUs; one process uses one");
            return device.equals("cpu")
                    ? Finding.warning("device", detail + ", not used", "set train.device to auto to train on it")
                    : Finding.ok("device", detail);
        }
        String seen = driver ? "an NVIDIA driver is there but PyTorch sees no GPU" : "no GPU";
        String fix = "use the gpu build (mvn -Pgpu, or the image built with VARIANT=gpu) on an image with the CUDA"
                + " runtime, start the container with a GPU (docker-compose.gpu.yml), and check nvidia-smi";
        if (device.equals("gpu")) {
            return Finding.fault("device", seen + ", and train.device is gpu", fix);
        }
        return driver ? Finding.warning("device", seen, fix) : Finding.ok("device", "cpu; " + seen);
    }

    private Finding disk() {
        try {
            Files.createDirectories(data);
            Path probe = Files.createTempFile(data, "doctor", ".tmp");
            Files.delete(probe);
            FileStore store = Files.getFileStore(data);
            return disk(data, store.getUsableSpace());
        } catch (IOException e) {
            return Finding.fault(
                    "disk",
                    data.toAbsolutePath() + " cannot be written to: " + e,
                    "give the user this runs as the right to write there, or name another folder with data.folder");
        }
    }

    static Finding disk(Path folder, long free) {
        String detail = String.format(
                Locale.ROOT, "%s is writable, %.1f GB free", folder.toAbsolutePath(), free / (double) (1L << 30));
        String fix = "state stores, checkpoints and indexes grow with the catalogue: make room, or name a larger disk"
                + " with data.folder";
        if (free < TOO_LITTLE_DISK) {
            return Finding.fault("disk", detail, fix);
        }
        return free < LITTLE_DISK ? Finding.warning("disk", detail, fix) : Finding.ok("disk", detail);
    }
}
