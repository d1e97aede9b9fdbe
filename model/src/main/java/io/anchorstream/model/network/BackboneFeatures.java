package io.anchorstream.model.network;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/**
 * Features that frozen backbones made of pictures, shared by all networks over one module: a new version of the head, or
 * another loss, need not run the backbone again. Safe for use by several threads.
 */
public final class BackboneFeatures {
    private final Map<String, Cache<String, float[]>> byModule = new ConcurrentHashMap<>();

    /**
     * @param module digest of the module
     * @param inputSize edge of the pictures it takes
     * @param pictures most that are kept, by the first who asks
     */
    Cache<String, float[]> of(String module, int inputSize, int pictures) {
        return byModule.computeIfAbsent(module + "/" + inputSize, unseen -> Caffeine.newBuilder()
                .maximumSize(pictures)
                .executor(Runnable::run)
                .build());
    }
}
