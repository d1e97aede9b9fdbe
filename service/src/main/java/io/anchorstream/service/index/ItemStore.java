package io.anchorstream.service.index;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Cards and pictures of all live items. Pictures lie on disk; cards (some hundred bytes each) are also held in memory,
 * so that the wall and its filter answer at once. Safe for use by several threads.
 */
public final class ItemStore implements AutoCloseable {
    private static final List<String> FAMILIES =
            List.of("default", "cards", "pictures", "canonical", "notes", "aliases");

    private final DBOptions options;
    private final ColumnFamilyOptions familyOptions;
    private final RocksDB db;
    private final Map<String, ColumnFamilyHandle> families = new HashMap<>();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, ItemCard> cards = new ConcurrentHashMap<>();
    private final Map<Long, Long> aliases = new ConcurrentHashMap<>();

    public ItemStore(Path folder) {
        RocksDB.loadLibrary();
        options = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setMaxOpenFiles(64)
                .setKeepLogFileNum(2);
        familyOptions = new ColumnFamilyOptions()
                .setWriteBufferSize(8 << 20)
                .setMaxWriteBufferNumber(2)
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            db = RocksDB.open(
                    options,
                    folder.toString(),
                    FAMILIES.stream()
                            .map(name ->
                                    new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), familyOptions))
                            .toList(),
                    handles);
            for (int i = 0; i < FAMILIES.size(); i++) {
                families.put(FAMILIES.get(i), handles.get(i));
            }
            loadCards();
        } catch (RocksDBException | IOException e) {
            throw new IllegalStateException(
                    "can't open the item store in " + folder
                            + "; is another instance using it? Deleting the folder is safe: it is rebuilt from the topics",
                    e);
        }
    }

    private void loadCards() throws IOException {
        try (RocksIterator rows = db.newIterator(family("cards"))) {
            for (rows.seekToFirst(); rows.isValid(); rows.next()) {
                ItemCard card = json.readValue(rows.value(), ItemCard.class);
                cards.put(card.id(), card);
            }
        }
        try (RocksIterator rows = db.newIterator(family("aliases"))) {
            for (rows.seekToFirst(); rows.isValid(); rows.next()) {
                aliases.put(number(rows.key()), number(rows.value()));
            }
        }
    }

    private ColumnFamilyHandle family(String name) {
        ColumnFamilyHandle handle = families.get(name);
        if (handle == null) {
            throw new IllegalStateException("no column family " + name);
        }
        return handle;
    }

    public Optional<ItemCard> card(String itemId) {
        return Optional.ofNullable(cards.get(itemId)).map(this::renamed);
    }

    public Collection<ItemCard> cards() {
        return aliases.isEmpty()
                ? cards.values()
                : cards.values().stream().map(this::renamed).toList();
    }

    /** Items whose picture was checked and can be shown. */
    public int size() {
        return (int) cards.values().stream().filter(card -> card.picture() >= 0).count();
    }

    /**
     * From now on {@code gone} is another name for the older label {@code kept}, or for itself alone again when no item
     * carries it any more; cards show the name in use. Kept like the cards, so that reading goes on where it was
     * after a restart.
     */
    public void alias(long gone, long kept) {
        if (kept < gone) {
            aliases.put(gone, kept);
            put("aliases", Long.toString(gone), Long.toString(kept).getBytes(StandardCharsets.UTF_8));
        } else {
            aliases.remove(gone);
            delete("aliases", Long.toString(gone));
        }
    }

    private static long number(byte[] text) {
        return Long.parseLong(new String(text, StandardCharsets.UTF_8));
    }

    private ItemCard renamed(ItemCard card) {
        long label = card.label();
        for (Long older = aliases.get(label); older != null; older = aliases.get(label)) {
            label = older; // aliases point at older labels only, so this ends
        }
        return label == card.label() ? card : card.withLabel(label, card.holdout());
    }

    /** Applies a change to the card of an item, making one if there is none and dropping one that is blank then. */
    public void update(String itemId, UnaryOperator<ItemCard> change) {
        cards.compute(itemId, (id, old) -> {
            ItemCard card = change.apply(old == null ? ItemCard.unknown(id) : old);
            if (card.isBlank()) {
                delete("cards", id);
                return null;
            }
            try {
                db.put(family("cards"), key(id), json.writeValueAsBytes(card));
            } catch (RocksDBException | IOException e) {
                throw new IllegalStateException("can't write the card of item " + id, e);
            }
            return card;
        });
    }

    /** The encoded picture as the catalogue sent it. */
    public void putPicture(String itemId, byte[] bytes) {
        put("pictures", itemId, bytes);
    }

    public void removePicture(String itemId) {
        delete("pictures", itemId);
    }

    public Optional<byte[]> picture(String itemId) {
        return get("pictures", itemId);
    }

    /** The canonical picture, encoded as {@link io.anchorstream.model.image.CanonicalImage} says. */
    public void putCanonical(String itemId, byte[] bytes) {
        put("canonical", itemId, bytes);
    }

    public Optional<byte[]> canonical(String itemId) {
        return get("canonical", itemId);
    }

    public void removeCanonical(String itemId) {
        delete("canonical", itemId);
    }

    /** A note of the index role, e.g. a consumed offset. */
    public void note(String name, String value) {
        put("notes", name, value.getBytes(StandardCharsets.UTF_8));
    }

    public Optional<String> note(String name) {
        return get("notes", name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** Makes everything written so far survive a crash of the machine. */
    public void flush() {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.syncWal();
            db.flush(wait, List.copyOf(families.values()));
        } catch (RocksDBException e) {
            throw new IllegalStateException("can't flush the item store", e);
        }
    }

    /** A page of the wall: items that mention all words of the text, in an order drawn by the seed. */
    public WallPage wall(String text, long seed, int from, int count) {
        List<String> words = Stream.of(text.toLowerCase(Locale.ROOT).split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toList();
        List<ItemCard> matches = new ArrayList<>();
        for (ItemCard card : cards.values()) {
            if (card.picture() >= 0 && card.mentions(words)) {
                matches.add(renamed(card));
            }
        }
        matches.sort(Comparator.comparingLong((ItemCard card) -> mix(seed, card.id()))
                .thenComparing(ItemCard::id));
        int start = Math.min(from, matches.size());
        return new WallPage(
                List.copyOf(matches.subList(start, Math.min(matches.size(), start + count))), matches.size());
    }

    /** One page and how many items match in all. */
    public record WallPage(List<ItemCard> items, int total) {}

    private static long mix(long seed, String id) {
        // SplitMix64's finaliser: neighbouring ids and seeds give unrelated orders.
        long z = seed * 0x9E3779B97F4A7C15L + id.hashCode() * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static byte[] key(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
    }

    private void put(String family, String id, byte[] value) {
        try {
            db.put(family(family), key(id), value);
        } catch (RocksDBException e) {
            throw new IllegalStateException("can't write " + family + " of " + id, e);
        }
    }

    private Optional<byte[]> get(String family, String id) {
        try {
            return Optional.ofNullable(db.get(family(family), key(id)));
        } catch (RocksDBException e) {
            throw new IllegalStateException("can't read " + family + " of " + id, e);
        }
    }

    private void delete(String family, String id) {
        try {
            db.delete(family(family), key(id));
        } catch (RocksDBException e) {
            throw new IllegalStateException("can't delete " + family + " of " + id, e);
        }
    }

    @Override
    public void close() {
        families.values().forEach(ColumnFamilyHandle::close);
        db.close();
        familyOptions.close();
        options.close();
    }
}
