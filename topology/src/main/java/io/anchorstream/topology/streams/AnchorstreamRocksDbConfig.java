package io.anchorstream.topology.streams;

import java.util.Map;

import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the native memory of all stores of this process together: Kafka Streams makes one RocksDB per store and
 * partition, each with its own 50 MB cache and 48 MB of write buffers by default, so that memory would grow with the
 * partition count.
 *
 * <p>The shared cache is static because Kafka Streams makes one instance of this class per store and offers nothing
 * that outlives them; it is the one static state of the project, and it is never closed: it lives as long as the process.
 */
public final class AnchorstreamRocksDbConfig implements RocksDBConfigSetter {
    /** System property: bytes of cache and write buffers of all stores together. */
    public static final String MEMORY_PROPERTY = "anchorstream.rocksdb.memory.bytes";

    private static final long DEFAULT_MEMORY = 192L << 20;
    private static final long MEMORY = memory();
    /** Index and filter blocks get half of the cache as a protected part, so that scans of pictures cannot flush them. */
    private static final double HIGH_PRIORITY_SHARE = 0.5;

    private static final Cache CACHE;
    private static final WriteBufferManager WRITE_BUFFERS;

    static {
        RocksDB.loadLibrary();
        CACHE = new LRUCache(MEMORY, -1, false, HIGH_PRIORITY_SHARE);
        // Write buffers are charged to the same cache: one bound for both. A third for writes keeps reads cached.
        WRITE_BUFFERS = new WriteBufferManager(MEMORY / 3, CACHE);
    }

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(CACHE);
        // Otherwise indexes and filters live outside the bound.
        table.setCacheIndexAndFilterBlocks(true);
        table.setCacheIndexAndFilterBlocksWithHighPriority(true);
        table.setPinL0FilterAndIndexBlocksInCache(true);
        // Most look-ups of an arriving item find nothing: the filter saves them the read.
        table.setFilterPolicy(new BloomFilter(10, false));
        // Values are kilobytes (pictures, vectors): larger blocks need a smaller index.
        table.setBlockSize(16 * 1024L);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(WRITE_BUFFERS);
        // Small tables fill one buffer at a time; two let writes go on during a flush.
        options.setWriteBufferSize(8L << 20);
        options.setMaxWriteBufferNumber(2);
        // Raw pixels halve under LZ4 at the speed of a copy; the cold levels are worth ZSTD's effort.
        options.setCompressionType(CompressionType.LZ4_COMPRESSION);
        options.setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION);
        // Keeps each level compact, so that space and restore time stay near the size of the live data.
        options.setLevelCompactionDynamicLevelBytes(true);
        // Log files of RocksDB would otherwise grow without bound beside each store.
        options.setMaxLogFileSize(1L << 20);
        options.setKeepLogFileNum(2);
    }

    @Override
    public void close(String storeName, Options options) {
        // The table's filter is owned by the options; cache and write buffers are shared and stay.
    }

    private static long memory() {
        long bytes = Long.getLong(MEMORY_PROPERTY, DEFAULT_MEMORY);
        if (bytes < 16L << 20) {
            throw new IllegalArgumentException(
                    MEMORY_PROPERTY + " must be at least 16 MB (16777216), not " + bytes + " bytes");
        }
        return bytes;
    }
}
