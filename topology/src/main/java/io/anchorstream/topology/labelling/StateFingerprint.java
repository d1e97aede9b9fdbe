package io.anchorstream.topology.labelling;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the labels, classes and waiting pictures of a state were made with. Kept in the state itself, so that a program
 * set up otherwise refuses to mix two kinds of labels, on whatever machine it starts.
 */
record StateFingerprint(Map<String, String> made) {
    private static final Bytes KEY = Bytes.wrap(new byte[] {'F'});

    StateFingerprint {
        made = Map.copyOf(made);
    }

    /**
     * @param textEncoder version of the text vectors
     * @param dimension of the text vectors
     * @param preprocessing of the pictures that wait in the class buffers
     */
    static StateFingerprint of(LabelSettings settings, String textEncoder, int dimension, String preprocessing) {
        return new StateFingerprint(Map.of(
                "text encoder", textEncoder,
                "text dimension", Integer.toString(dimension),
                "pictures", preprocessing,
                "bits of the text block", Integer.toString(settings.clustering().textBits()),
                "held out, one label in", Integer.toString(settings.holdout().oneIn()),
                "sampler partitions", Integer.toString(settings.partitions())));
    }

    /**
     * Compares with what the state was made with; a state that does not say so yet fits.
     *
     * @throws ConfigException if something differs; names it, both values and the way out
     */
    void requireFits(KeyValueStore<Bytes, byte[]> store) {
        byte[] stored = store.get(KEY);
        if (stored == null) {
            return;
        }
        Map<String, String> before = parse(new String(stored, StandardCharsets.UTF_8));
        List<String> differences = new ArrayList<>();
        new TreeMap<>(made).forEach((what, now) -> {
            String then = before.getOrDefault(what, now);
            if (!then.equals(now)) {
                differences.add(what + ": " + then + " then, " + now + " now");
            }
        });
        if (!differences.isEmpty()) {
            throw new ConfigException(
                    "the stored labels were made with other settings, and labels of two kinds must not"
                            + " be mixed (" + String.join("; ", differences)
                            + "). Put the settings back, or choose a new"
                            + " application.id to label the whole catalogue anew");
        }
    }

    /** Writes it down unless that was done before. */
    void noteIn(KeyValueStore<Bytes, byte[]> store) {
        if (store.get(KEY) == null) {
            StringBuilder text = new StringBuilder();
            new TreeMap<>(made)
                    .forEach((what, value) ->
                            text.append(what).append('=').append(value).append('\n'));
            store.put(KEY, text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Map<String, String> parse(String text) {
        Map<String, String> values = new TreeMap<>();
        text.lines().forEach(line -> {
            int at = line.indexOf('=');
            values.put(line.substring(0, at), line.substring(at + 1));
        });
        return values;
    }
}
