package io.anchorstream.model.image;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Whether bytes begin as a picture that can be decoded does; for those who pass pictures on without decoding them. */
public final class PictureMagic {
    private static final String TAKEN = "PNG, JPEG, GIF or BMP";

    private PictureMagic() {}

    public static boolean isPicture(byte[] bytes) {
        return ImageFormat.of(bytes).isPresent();
    }

    /** Why the label role refuses a picture that begins with these bytes, and the way out; empty where it decodes it. */
    public static Optional<String> fault(byte[] bytes) {
        if (bytes.length == 0) {
            return Optional.of("the picture has no bytes");
        }
        return isPicture(bytes) || CanonicalImage.isCanonical(bytes) ? Optional.empty() : Optional.of(unknown(bytes));
    }

    /** What bytes are that begin as no picture that can be decoded. */
    static String unknown(byte[] bytes) {
        return ForeignFormat.of(bytes)
                .map(foreign -> "this is " + foreign.label() + ", and pictures are taken as " + TAKEN
                        + ": convert it to PNG or JPEG")
                .orElseGet(() -> "this is no " + TAKEN + ": it begins with " + beginning(bytes));
    }

    /** The first bytes as a person reads them: text where they are text, else hexadecimal. */
    private static String beginning(byte[] bytes) {
        int length = Math.min(24, bytes.length);
        String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        if (text.chars().allMatch(c -> c == '\n' || c == '\r' || c == '\t' || (c >= ' ' && c < 127))) {
            return "the text \"" + text.replaceAll("\\s+", " ") + (length < bytes.length ? "..." : "") + "\"";
        }
        return "the bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(4, length));
    }
}
