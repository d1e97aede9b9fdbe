package io.anchorstream.service.http;

import io.anchorstream.model.image.CanonicalImage;

/** Turns an uploaded picture into canonical pixels, checking size and format before it decodes anything. */
@FunctionalInterface
public interface PictureDecoder {

    /**
     * @throws IllegalArgumentException if the bytes are no picture that is taken; the message is shown to the user
     */
    CanonicalImage decode(byte[] bytes);
}
