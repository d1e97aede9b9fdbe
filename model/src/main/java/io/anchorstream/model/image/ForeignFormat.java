package io.anchorstream.model.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Formats that are known by their first bytes and not decoded, so that a refusal can name them. */
enum ForeignFormat {
    WEBP("WebP"),
    SVG("SVG"),
    AVIF("AVIF"),
    HEIC("HEIC"),
    TIFF("TIFF");

    private static final int LOOKED_AT = 1024;
    private static final List<String> AVIF_BRANDS = List.of("avif", "avis");
    private static final List<String> HEIC_BRANDS =
            List.of("heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1");

    private final String label;

    ForeignFormat(String label) {
        this.label = label;
    }

    /** As people write it. */
    String label() {
        return label;
    }

    static Optional<ForeignFormat> of(byte[] bytes) {
        String start = new String(bytes, 0, Math.min(LOOKED_AT, bytes.length), StandardCharsets.ISO_8859_1);
        if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
            return Optional.of(WEBP);
        }
        if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
            return Optional.of(TIFF);
        }
        if (start.startsWith("ftyp", 4) && start.length() >= 12) {
            String brand = start.substring(8, 12);
            return AVIF_BRANDS.contains(brand)
                    ? Optional.of(AVIF)
                    : HEIC_BRANDS.contains(brand) ? Optional.of(HEIC) : Optional.empty();
        }
        return isSvg(start) ? Optional.of(SVG) : Optional.empty();
    }

    /** Behind a byte order mark, declarations and comments. */
    private static boolean isSvg(String start) {
        String text = (start.startsWith("\u00ef\u00bb\u00bf") ? start.substring(3) : start)
                .strip()
                .toLowerCase(Locale.ROOT);
        return text.startsWith("<svg")
                || ((text.startsWith("<?xml") || text.startsWith("<!")) && text.contains("<svg"));
    }
}
