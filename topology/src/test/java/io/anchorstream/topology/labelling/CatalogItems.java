package io.anchorstream.topology.labelling;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.image.CanonicalImage;

/** Items for tests. */
final class CatalogItems {
    private static final List<String> THINGS = List.of(
            "teapot",
            "bicycle",
            "lantern",
            "violin",
            "compass",
            "umbrella",
            "rocket",
            "cactus",
            "anchor",
            "hammer",
            "pretzel",
            "walrus",
            "saddle",
            "trumpet",
            "igloo",
            "magnet",
            "parrot",
            "quiver",
            "scooter",
            "tractor");

    private CatalogItems() {}

    /** An item of one of twenty kinds; items of a kind have the same words, so they are one class. */
    static CatalogItem.Builder ofKind(int kind) {
        String thing = THINGS.get(kind % THINGS.size());
        return withText(thing + " of finest make", "A " + thing + " number " + kind + " as it should be")
                .setImage(canonical(kind));
    }

    static CatalogItem.Builder withText(String title, String description) {
        return CatalogItem.newBuilder()
                .setTitle(title)
                .setDescription(description)
                .setImage(canonical(0));
    }

    static ByteBuffer canonical(int shade) {
        byte[] rgb = new byte[LabelDriver.IMAGE_SIZE * LabelDriver.IMAGE_SIZE * 3];
        Arrays.fill(rgb, (byte) shade);
        return ByteBuffer.wrap(new CanonicalImage(LabelDriver.IMAGE_SIZE, rgb).toBytes());
    }
}
