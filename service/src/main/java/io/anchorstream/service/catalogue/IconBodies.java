package io.anchorstream.service.catalogue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

/** Streams the drawings of a set, one at a time, so that no set is ever in memory as a whole. */
final class IconBodies {
    private IconBodies() {}

    /** Hands each wanted drawing of a set to {@code consumer} as name and complete SVG document. */
    static void stream(IconSet set, Predicate<String> wanted, BiConsumer<String, String> consumer) {
        try (JsonParser json = IconSet.open(set.prefix())) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("icons")) {
                    streamIcons(json, set.frame(), wanted, consumer);
                    return;
                }
                json.skipChildren();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the pictogram set " + set.prefix(), e);
        }
    }

    private static void streamIcons(
            JsonParser json, IconFrame setFrame, Predicate<String> wanted, BiConsumer<String, String> consumer)
            throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (!wanted.test(name)) {
                json.skipChildren();
                continue;
            }
            IconFrame frame = setFrame;
            String body = "";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("body")) {
                    body = json.getText();
                } else {
                    frame = frame.with(field, json);
                }
            }
            consumer.accept(name, frame.document(body));
        }
    }
}
