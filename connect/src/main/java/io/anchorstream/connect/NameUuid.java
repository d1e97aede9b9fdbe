package io.anchorstream.connect;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Name-based UUIDs, version 5 (RFC 4122, section 4.3), which the JDK lacks: {@code uuid.uuid5} of Python gives the same. */
final class NameUuid {
    /** RFC 4122, appendix C. */
    private static final UUID NAMESPACE_URL = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    private NameUuid() {}

    /** The one of an item, as {@code examples/consumer/qdrant_indexer.py} makes it too. */
    static UUID ofItem(String id) {
        return version5(NAMESPACE_URL, "anchorstream:" + id);
    }

    static UUID version5(UUID namespace, String name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(ByteBuffer.allocate(16)
                    .putLong(namespace.getMostSignificantBits())
                    .putLong(namespace.getLeastSignificantBits())
                    .flip());
            ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
            long high = hash.getLong();
            long low = hash.getLong();
            return new UUID((high & ~0xF000L) | 0x5000L, (low & ~(0xC0L << 56)) | (0x80L << 56));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
