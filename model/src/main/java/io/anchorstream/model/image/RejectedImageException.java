package io.anchorstream.model.image;

/** A picture that must not be, or cannot be, decoded. Expected in any real catalogue, hence checked. */
public final class RejectedImageException extends Exception {
    private static final long serialVersionUID = 1;

    private final ImageRejection reason;

    public RejectedImageException(ImageRejection reason, String message) {
        // Without a stack trace: thrown per bad record, and the message names the rule and the value.
        super(message, null, false, false);
        this.reason = reason;
    }

    public ImageRejection reason() {
        return reason;
    }
}
