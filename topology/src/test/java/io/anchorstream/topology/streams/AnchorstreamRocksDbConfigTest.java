package io.anchorstream.topology.streams;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

import static org.assertj.core.api.Assertions.assertThat;

class AnchorstreamRocksDbConfigTest {
    private final AnchorstreamRocksDbConfig config = new AnchorstreamRocksDbConfig();

    @Test
    void givesAllStoresOneBoundedMemory() throws Exception {
        RocksDB.loadLibrary();
        try (Options one = options();
                Options other = options()) {
            config.setConfig("one", one, Map.of());
            new AnchorstreamRocksDbConfig().setConfig("other", other, Map.of());

            assertThat(one.writeBufferManager()).isSameAs(other.writeBufferManager());
            assertThat(one.writeBufferSize() * one.maxWriteBufferNumber()).isLessThanOrEqualTo(16L << 20);
            assertThat(table(one).cacheIndexAndFilterBlocks())
                    .as("index blocks inside the bound")
                    .isTrue();
            assertThat(table(one).filterPolicy()).isNotNull();
            assertThat(one.compressionType()).isEqualTo(CompressionType.LZ4_COMPRESSION);
            assertThat(one.bottommostCompressionType()).isEqualTo(CompressionType.ZSTD_COMPRESSION);
        }
    }

    @Test
    void leavesTheSharedMemoryToTheOtherStoresWhenOneIsClosed() throws Exception {
        RocksDB.loadLibrary();
        try (Options closed = options();
                Options open = options()) {
            config.setConfig("closed", closed, Map.of());
            config.setConfig("open", open, Map.of());

            config.close("closed", closed);

            assertThat(open.writeBufferManager().isOwningHandle()).isTrue();
        }
    }

    /** As Kafka Streams hands them over. */
    private static Options options() {
        return new Options().setTableFormatConfig(new BlockBasedTableConfig());
    }

    private static BlockBasedTableConfig table(Options options) {
        return (BlockBasedTableConfig) options.tableFormatConfig();
    }
}
