package io.anchorstream.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import io.anchorstream.model.image.RejectedImageException;
import io.anchorstream.service.catalogue.CatalogueEntry;
import io.anchorstream.service.catalogue.PictogramFolder;
import io.anchorstream.service.catalogue.Pictograms;
import io.anchorstream.service.ingest.ItemWriter;
import io.anchorstream.service.run.Cluster;

/** Real items for the measurements: the demo's pictograms, in a shuffled order that is always the same. */
record Catalogue(List<Item> items) {

    @SuppressWarnings("ArrayRecordComponent") // read-only, compared by no one
    record Item(CatalogueEntry entry, byte[] png, CanonicalImage canonical) {
        private CatalogueEntry again(int pass) {
            return new CatalogueEntry(
                    entry.id() + "#" + pass,
                    entry.title(),
                    entry.description(),
                    entry.keywords(),
                    entry.category(),
                    entry.attributes(),
                    entry.image(),
                    entry.group(),
                    entry.domain(),
                    entry.test());
        }
    }

    static Catalogue draw(Path folder, int count, int imageSize) throws IOException, InterruptedException {
        ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), imageSize);
        List<Item> items = new ArrayList<>();
        Pictograms.Options standard = Pictograms.Options.DEFAULT;
        try (PictogramFolder drawn = PictogramFolder.open(
                folder, new Pictograms.Options(count, standard.seed(), standard.size()), 2, done -> {})) {
            for (CatalogueEntry entry : drawn.entries()) {
                byte[] png = drawn.image(entry);
                items.add(new Item(entry, png, decoder.decode(png)));
            }
        } catch (RejectedImageException e) {
            throw new IOException("a pictogram was refused", e);
        }
        Collections.shuffle(items, new Random(11));
        return new Catalogue(List.copyOf(items));
    }

    Catalogue first(int count) {
        return new Catalogue(items.subList(0, Math.min(count, items.size())));
    }

    List<CanonicalImage> images() {
        return items.stream().map(Item::canonical).toList();
    }

    /** Puts all items on the topic so many times, each time under other ids. */
    void write(Cluster cluster, boolean canonical, int passes) {
        try (ItemWriter writer = writer(cluster)) {
            for (int pass = 0; pass < passes; pass++) {
                for (Item item : items) {
                    writer.write(
                            item.again(pass),
                            Optional.of(canonical ? item.canonical().toBytes() : item.png()));
                }
            }
            writer.flush();
        }
    }

    static ItemWriter writer(Cluster cluster) {
        return ItemWriter.open(
                cluster.topics().catalogItems().name(),
                cluster.clientConfig(),
                cluster.serde(CatalogItem.class).serializer());
    }
}
