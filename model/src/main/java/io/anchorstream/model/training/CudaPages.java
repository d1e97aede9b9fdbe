package io.anchorstream.model.training;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Page-locking by the CUDA runtime that the engine has loaded; DJL has no call for it. Linux only, as the GPU natives are. */
final class CudaPages implements PinnedMemory.Pages {
    private static final Logger LOG = LoggerFactory.getLogger(CudaPages.class);
    private static final Path MAPPED = Path.of("/proc/self/maps");
    private static final Pattern RUNTIME = Pattern.compile("(/\\S*/libcudart[^/\\s]*\\.so[^/\\s]*)$");

    /** Of the CUDA Runtime API, chapter Memory Management. Results other than 0 are errors. */
    interface CudaRuntime extends Library {
        int cudaHostRegister(Buffer memory, NativeLong bytes, int flags);

        int cudaHostUnregister(Buffer memory);

        String cudaGetErrorString(int error);
    }

    private final CudaRuntime runtime;

    private CudaPages(CudaRuntime runtime) {
        this.runtime = runtime;
    }

    /** Empty, with a line in the log, where no CUDA runtime is loaded. */
    static Optional<PinnedMemory.Pages> find() {
        try (Stream<String> mapped = Files.lines(MAPPED)) {
            Optional<String> library = runtimeAmong(mapped);
            if (library.isEmpty()) {
                LOG.warn("no CUDA runtime is loaded, so memory for mini-batches is not page-locked");
            }
            return library.map(path -> new CudaPages(Native.load(path, CudaRuntime.class)));
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.warn("memory for mini-batches is not page-locked: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** The file of the runtime, by the lines of {@code /proc/self/maps}. */
    static Optional<String> runtimeAmong(Stream<String> mapped) {
        return mapped.map(RUNTIME::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .findFirst();
    }

    @Override
    public String lock(ByteBuffer buffer) {
        return said(runtime.cudaHostRegister(buffer, new NativeLong(buffer.capacity()), 0));
    }

    @Override
    public String unlock(ByteBuffer buffer) {
        return said(runtime.cudaHostUnregister(buffer));
    }

    private String said(int result) {
        return result == 0 ? "" : runtime.cudaGetErrorString(result);
    }
}
