package io.anchorstream.model.image;

/** Why a picture was refused. The code is stable: it travels in dead-letter headers and metric tags. */
public enum ImageRejection {
    EMPTY("image-empty"),
    TOO_MANY_BYTES("image-too-many-bytes"),
    UNKNOWN_FORMAT("image-unknown-format"),
    BAD_HEADER("image-bad-header"),
    TOO_MANY_PIXELS("image-too-many-pixels"),
    SUSPICIOUS_COMPRESSION("image-suspicious-compression"),
    UNSUPPORTED_ENCODING("image-unsupported-encoding"),
    TRUNCATED("image-truncated"),
    CORRUPT("image-corrupt");

    private final String code;

    ImageRejection(String code) {
        this.code = code;
    }

    /** Stable name in kebab case, e.g. {@code image-truncated}. */
    public String code() {
        return code;
    }
}
