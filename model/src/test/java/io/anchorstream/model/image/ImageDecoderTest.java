package io.anchorstream.model.image;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ImageDecoderTest {
    private static final int SIZE = 32;

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), SIZE);

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif", "bmp"})
    void decodesEachFormat(String format) throws RejectedImageException {
        CanonicalImage image = decoder.decode(Pictures.halvesAs(format));

        assertNear(pixel(image, 4, 16), Color.RED);
        assertNear(pixel(image, 27, 16), Color.BLUE);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_BYTE_INDEXED,
                BufferedImage.TYPE_USHORT_565_RGB
            })
    void readsPixelsOfAnyLayout(int type) throws RejectedImageException {
        CanonicalImage image = decoder.decode(Pictures.encoded(Pictures.halves(50, 50, type), "png"));

        assertNear(pixel(image, 4, 16), Color.RED);
        assertNear(pixel(image, 27, 16), Color.BLUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY})
    void keepsGreyValuesAsTheyAre(int type) throws RejectedImageException {
        BufferedImage grey = new BufferedImage(40, 40, type);
        int value = type == BufferedImage.TYPE_BYTE_GRAY ? 100 : 100 << 8;
        for (int i = 0; i < 1600; i++) {
            grey.getRaster().setSample(i % 40, i / 40, 0, value);
        }

        assertNear(pixel(decoder.decode(Pictures.encoded(grey, "png")), 10, 10), new Color(100, 100, 100));
    }

    @Test
    void putsTransparentPixelsOnWhite() throws RejectedImageException {
        BufferedImage clear = new BufferedImage(20, 20, BufferedImage.TYPE_INT_ARGB);

        assertThat(decoder.decode(Pictures.encoded(clear, "png")).rgb()).containsOnly(-1);
    }

    @Test
    void keepsTheAspectRatioOnAWhiteSquare() throws RejectedImageException {
        BufferedImage wide = new BufferedImage(80, 20, BufferedImage.TYPE_INT_RGB);

        CanonicalImage image = decoder.decode(Pictures.encoded(wide, "png"));

        assertNear(pixel(image, 16, 2), Color.WHITE);
        assertNear(pixel(image, 16, 16), Color.BLACK);
        assertNear(pixel(image, 16, 29), Color.WHITE);
    }

    @Test
    void averagesInsteadOfAliasing() throws RejectedImageException {
        BufferedImage stripes = new BufferedImage(96, 96, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 96 * 96; i++) {
            stripes.setRGB(i % 96, i / 96, i % 3 == 0 ? 0xffffff : 0);
        }

        CanonicalImage image = decoder.decode(Pictures.encoded(stripes, "png"));

        assertThat(image.rgb()).containsOnly(85);
    }

    @ParameterizedTest
    @CsvSource({"6, 16, 4, 16, 27", "8, 16, 27, 16, 4", "3, 27, 16, 4, 16"})
    void turnsPicturesUprightByTheirExif(int orientation, int redX, int redY, int blueX, int blueY)
            throws RejectedImageException {
        CanonicalImage image = decoder.decode(Pictures.oriented(Pictures.halvesAs("jpeg"), orientation));

        assertNear(pixel(image, redX, redY), Color.RED);
        assertNear(pixel(image, blueX, blueY), Color.BLUE);
    }

    @Test
    void passesCanonicalImagesThroughAndResizesOthers() throws RejectedImageException {
        CanonicalImage right = decoder.decode(Pictures.halvesAs("png"));
        CanonicalImage large = new ImageDecoder(ImageLimits.defaults(), 64).decode(Pictures.halvesAs("png"));

        assertThat(decoder.decode(right.toBytes())).isEqualTo(right);
        assertThat(decoder.decode(large.toBytes())).isEqualTo(right);
    }

    @Test
    void readsALargePictureWithGapsAndStillSeesItWhole() throws RejectedImageException {
        CanonicalImage image =
                decoder.decode(Pictures.encoded(Pictures.halves(3000, 3000, BufferedImage.TYPE_3BYTE_BGR), "jpeg"));

        assertNear(pixel(image, 4, 16), Color.RED);
        assertNear(pixel(image, 27, 16), Color.BLUE);
    }

    @Test
    void refusesEmptyUnknownAndOversizedBytes() {
        ImageDecoder small = new ImageDecoder(new ImageLimits(1_000, 1_000_000, 1_000, 400, 1_000_000), SIZE);

        assertThat(rejection(decoder, new byte[0])).isEqualTo(ImageRejection.EMPTY);
        assertThat(rejection(decoder, "<svg/>".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(ImageRejection.UNKNOWN_FORMAT);
        assertThat(rejection(small, new byte[1_001])).isEqualTo(ImageRejection.TOO_MANY_BYTES);
    }

    @Test
    void namesTheFormatsItDoesNotTake() {
        Map.of(
                        "RIFF\1\2\3\4WEBPVP8 ", "WebP",
                        "<?xml version='1.0'?>\n<!-- drawn -->\n<svg/>", "SVG",
                        "\0\0\0 ftypavif\0\0", "AVIF",
                        "\0\0\0 ftypheic\0\0", "HEIC",
                        "II*\0\1", "TIFF")
                .forEach((bytes, name) -> assertThatThrownBy(
                                () -> decoder.decode(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                        .hasMessageContaining("this is " + name)
                        .hasMessageContaining("convert it to PNG or JPEG"));
        assertThat(PictureMagic.fault("hello".getBytes(StandardCharsets.UTF_8)))
                .hasValueSatisfying(fault -> assertThat(fault).contains("the text \"hello\""));
    }

    @Test
    void refusesAnImageBombBeforeDecoding() {
        assertThat(rejection(decoder, Pictures.pngClaiming(60_000, 60_000, 100)))
                .isEqualTo(ImageRejection.TOO_MANY_PIXELS);
        assertThat(rejection(decoder, Pictures.pngClaiming(7_000, 7_000, 100)))
                .isEqualTo(ImageRejection.SUSPICIOUS_COMPRESSION);
        assertThat(rejection(decoder, Pictures.pngClaiming(0, 5, 100))).isEqualTo(ImageRejection.BAD_HEADER);
        assertThat(rejection(decoder, Pictures.pngClaiming(-1, 5, 100))).isEqualTo(ImageRejection.BAD_HEADER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif", "bmp"})
    void refusesATruncatedPictureAtEveryLength(String format) {
        byte[] whole = Pictures.halvesAs(format);
        // A trailing GIF terminator or so may be missing: the picture itself is whole then.
        int slack = format.equals("gif") ? 2 : 1;
        for (int length = 8; length <= whole.length - slack; length += Math.max(1, whole.length / 200)) {
            byte[] part = Arrays.copyOf(whole, length);

            RejectedImageException refused =
                    catchThrowableOfType(RejectedImageException.class, () -> decoder.decode(part));

            assertThat((Throwable) refused)
                    .as("%s of %d of %d bytes", format, length, whole.length)
                    .isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif", "bmp"})
    void neverFailsWithAnythingElseOnBrokenBytes(String format) {
        byte[] whole = Pictures.halvesAs(format);
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 300; round++) {
            byte[] broken = whole.clone();
            for (int flips = 0; flips <= round % 4; flips++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(decoder.decode(broken).size()).isEqualTo(SIZE);
            } catch (RejectedImageException e) {
                assertThat(e).hasMessageMatching("(?s).{10,}");
            }
        }
    }

    @Test
    void refusesACmykJpegWithTheWayOut() {
        byte[] jpeg = Pictures.halvesAs("jpeg");
        for (int i = 0; i < jpeg.length - 9; i++) {
            if ((jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xc0) {
                jpeg[i + 9] = 4;
                break;
            }
        }

        assertThat(rejection(decoder, jpeg)).isEqualTo(ImageRejection.UNSUPPORTED_ENCODING);
    }

    private static ImageRejection rejection(ImageDecoder decoder, byte[] bytes) {
        return catchThrowableOfType(RejectedImageException.class, () -> decoder.decode(bytes))
                .reason();
    }

    private static Color pixel(CanonicalImage image, int x, int y) {
        int at = (y * image.size() + x) * 3;
        return new Color(image.rgb()[at] & 0xff, image.rgb()[at + 1] & 0xff, image.rgb()[at + 2] & 0xff);
    }

    private static void assertNear(Color actual, Color expected) {
        assertThat(Math.abs(actual.getRed() - expected.getRed())
                        + Math.abs(actual.getGreen() - expected.getGreen())
                        + Math.abs(actual.getBlue() - expected.getBlue()))
                .as("%s near %s", actual, expected)
                .isLessThan(30);
    }
}
