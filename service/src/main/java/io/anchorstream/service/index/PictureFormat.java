package io.anchorstream.service.index;

import java.util.Optional;

/** Picture formats a browser may be sent, told by their first bytes and never by a name or header. */
public enum PictureFormat {
    PNG("image/png", 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A),
    JPEG("image/jpeg", 0xFF, 0xD8, 0xFF),
    GIF("image/gif", 'G', 'I', 'F', '8'),
    WEBP("image/webp", 'R', 'I', 'F', 'F', -1, -1, -1, -1, 'W', 'E', 'B', 'P'),
    BMP("image/bmp", 'B', 'M');

    private final String contentType;

    @SuppressWarnings("ImmutableEnumChecker") // never written after construction
    private final int[] magic;

    PictureFormat(String contentType, int... magic) {
        this.contentType = contentType;
        this.magic = magic;
    }

    public String contentType() {
        return contentType;
    }

    /** The format of the bytes, or empty if it is none of these. */
    public static Optional<PictureFormat> of(byte[] bytes) {
        for (PictureFormat format : values()) {
            if (format.matches(bytes)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    private boolean matches(byte[] bytes) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (magic[i] >= 0 && (bytes[i] & 0xFF) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
