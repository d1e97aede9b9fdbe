package io.anchorstream.service.backtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.RejectedImageException;
import io.anchorstream.model.text.ItemText;
import io.anchorstream.model.text.TextEncoder;
import io.anchorstream.service.catalogue.CatalogueEntry;
import io.anchorstream.service.catalogue.CatalogueFolder;
import io.anchorstream.service.catalogue.CatalogueLine;

/** Reads a catalogue folder into memory; what cannot be used is named with its line and left out. */
final class CatalogueReader {
    private static final float[] NO_VECTOR = {};
    private static final int TEXTS_AT_ONCE = 32;

    private final ImageDecoder decoder;
    private final TextEncoder encoder;
    private final Optional<Rewording> rewording;
    private final TestSplit split;
    private final Listener listener;

    /** Told how it goes, on the calling thread. */
    interface Listener {
        void read(String what, int done);

        void problem(String sentence);
    }

    CatalogueReader(
            ImageDecoder decoder,
            TextEncoder encoder,
            Optional<Rewording> rewording,
            TestSplit split,
            Listener listener) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.rewording = rewording;
        this.split = split;
        this.listener = listener;
    }

    private record Pictured(long line, CatalogueEntry entry, String group, CanonicalImage image) {}

    /**
     * @throws IOException if there is no {@code products.jsonl}
     */
    BacktestCatalogue read(Path folder) throws IOException {
        List<Pictured> items = new ArrayList<>();
        Map<String, Long> lineOf = new HashMap<>();
        int[] refused = {0};
        Consumer<String> refuse = sentence -> {
            refused[0]++;
            listener.problem(sentence);
        };
        try (Stream<CatalogueLine> lines = new CatalogueFolder(folder).lines()) {
            for (CatalogueLine line : (Iterable<CatalogueLine>) lines::iterator) {
                String place = CatalogueFolder.PRODUCTS + " line " + line.number() + ": ";
                try {
                    Pictured item = pictured(folder, line);
                    Long earlier = lineOf.putIfAbsent(item.entry().id(), line.number());
                    if (earlier == null) {
                        items.add(item);
                        listener.read("pictures", items.size());
                    } else {
                        refuse.accept(place + "the id " + item.entry().id() + " was already used in line " + earlier
                                + "; left out");
                    }
                } catch (LeftOutException e) {
                    refuse.accept(place + e.getMessage() + "; left out");
                }
            }
        }
        List<String> notes = new ArrayList<>();
        TestSplit.Parts parts = split.of(
                items.stream()
                        .map(item -> new TestSplit.Item(item.line(), item.group(), item.entry()))
                        .toList(),
                notes);
        notes.forEach(listener::problem);
        List<BacktestItem> ready = encoded(items);
        List<BacktestItem> train = new ArrayList<>();
        List<BacktestItem> test = new ArrayList<>();
        for (BacktestItem item : ready) {
            if (parts.test().contains(item.group())) {
                test.add(item);
            } else if (!parts.ignored().contains(item.group())) {
                train.add(item);
            }
        }
        return new BacktestCatalogue(
                String.valueOf(folder.toAbsolutePath().normalize().getFileName()), train, test, refused[0], notes);
    }

    private Pictured pictured(Path folder, CatalogueLine line) throws IOException, LeftOutException {
        if (line instanceof CatalogueLine.Refused refused) {
            throw new LeftOutException(refused.reason());
        }
        CatalogueEntry entry = ((CatalogueLine.Read) line).entry();
        String image = entry.image().orElse("");
        if (image.isBlank()) {
            throw new LeftOutException("item " + entry.id() + " names no \"image\"");
        }
        if (image.startsWith("http://") || image.startsWith("https://")) {
            throw new LeftOutException("a backtest fetches no pictures; put " + image + " into the folder");
        }
        Path root = folder.toAbsolutePath().normalize();
        Path file;
        try {
            file = root.resolve(image).normalize();
        } catch (InvalidPathException e) {
            throw new LeftOutException("the picture of " + entry.id() + " is not a path: " + e.getReason());
        }
        if (!file.startsWith(root)) {
            throw new LeftOutException("the picture " + image + " lies outside the folder");
        }
        if (!Files.isRegularFile(file)) {
            throw new LeftOutException("there is no picture " + image + " in the folder");
        }
        try {
            return new Pictured(
                    line.number(),
                    entry,
                    entry.group().orElse("item " + entry.id()),
                    decoder.decode(Files.readAllBytes(file)));
        } catch (RejectedImageException e) {
            throw new LeftOutException("the picture " + image + " cannot be used: " + e.getMessage());
        }
    }

    private List<BacktestItem> encoded(List<Pictured> items) {
        Map<String, float[]> vectors = new LinkedHashMap<>();
        List<CatalogueEntry> streamed = new ArrayList<>();
        for (Pictured item : items) {
            CatalogueEntry entry =
                    rewording.map(rule -> rule.reword(item.entry())).orElse(item.entry());
            streamed.add(entry);
            vectors.put(text(entry), NO_VECTOR);
            vectors.put(text(item.entry()), NO_VECTOR);
        }
        vectors.remove("");
        List<String> texts = List.copyOf(vectors.keySet());
        for (int from = 0; from < texts.size(); from += TEXTS_AT_ONCE) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + TEXTS_AT_ONCE));
            List<Optional<float[]>> found = encoder.encode(some);
            for (int i = 0; i < some.size(); i++) {
                vectors.put(some.get(i), found.get(i).orElse(NO_VECTOR));
            }
            listener.read("texts", from + some.size());
        }
        List<BacktestItem> ready = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Pictured item = items.get(i);
            ready.add(new BacktestItem(
                    streamed.get(i),
                    item.group(),
                    item.image(),
                    vectors.getOrDefault(text(streamed.get(i)), NO_VECTOR),
                    item.entry().keywords(),
                    vectors.getOrDefault(text(item.entry()), NO_VECTOR)));
        }
        return ready;
    }

    private static String text(CatalogueEntry entry) {
        return ItemText.compose(entry.title(), entry.description(), entry.keywords());
    }

    /** Why a line is left out. */
    private static final class LeftOutException extends Exception {
        private static final long serialVersionUID = 1L;

        LeftOutException(String reason) {
            super(reason);
        }
    }
}
