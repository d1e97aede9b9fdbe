package io.anchorstream.model.image;

/** Whether bytes begin as a picture that can be decoded does; for those who pass pictures on without decoding them. */
public final class PictureMagic {
    private PictureMagic() {}

    public static boolean isPicture(byte[] bytes) {
        return ImageFormat.of(bytes).isPresent();
    }
}
