package io.anchorstream.model.image;

import java.util.Optional;

/** The formats that are decoded, told apart by their first bytes, never by a name or a declared type. */
enum ImageFormat {
    PNG("png", "\u0089PNG\r\n\u001a\n"),
    JPEG("jpeg", "\u00ff\u00d8\u00ff"),
    GIF("gif", "GIF8"),
    BMP("bmp", "BM");

    private final String readerName;
    private final String magic;

    ImageFormat(String readerName, String magic) {
        this.readerName = readerName;
        this.magic = magic;
    }

    /** Name under which ImageIO knows the reader. */
    String readerName() {
        return readerName;
    }

    static Optional<ImageFormat> of(byte[] bytes) {
        for (ImageFormat format : values()) {
            if (format.matches(bytes)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    private boolean matches(byte[] bytes) {
        if (bytes.length < magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if ((bytes[i] & 0xff) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
