package io.anchorstream.service.catalogue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;

/**
 * A catalogue in CSV (RFC 4180, UTF-8): the first line names the columns, which mean what the keys of
 * {@code products.jsonl} mean; keywords are separated by commas inside their quoted cell. An empty cell is no value.
 */
final class CsvCatalogue {
    private static final CsvMapper CSV = CsvMapper.builder()
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .enable(CsvParser.Feature.IGNORE_TRAILING_UNMAPPABLE)
            .build();

    private static final Map<String, String> OTHER_SEPARATORS = Map.of(";", "semicolons", "\t", "tabs", "|", "bars");

    private CsvCatalogue() {}

    static Stream<CatalogueLine> lines(Path file) throws IOException {
        if (isBlank(file)) {
            return Stream.empty(); // the library wants a header and takes nothing for a broken one
        }
        MappingIterator<Map<String, String>> rows = CSV.readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader())
                .readValues(Utf8.open(file));
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(new Rows(rows), Spliterator.ORDERED | Spliterator.NONNULL),
                        false)
                .onClose(() -> {
                    try {
                        rows.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static boolean isBlank(Path file) throws IOException {
        try (BufferedReader reader = Utf8.open(file)) {
            return reader.lines().allMatch(String::isBlank);
        }
    }

    /** Turns rows into lines; a row that cannot be read is one refused line, and so is a header without an id. */
    private static final class Rows implements Iterator<CatalogueLine> {
        private final MappingIterator<Map<String, String>> rows;
        private boolean ended;

        Rows(MappingIterator<Map<String, String>> rows) {
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            try {
                return !ended && rows.hasNextValue();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public CatalogueLine next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Optional<String> header = headerFault(columns());
            if (header.isPresent()) {
                ended = true;
                return new CatalogueLine.Refused(1, header.get());
            }
            long line = rows.getCurrentLocation().getLineNr();
            try {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                Map<String, String> row = rows.nextValue();
                if (row.values().stream().anyMatch(cell -> cell != null && Utf8.isBroken(cell))) {
                    return new CatalogueLine.Refused(line, Utf8.BROKEN);
                }
                int named = columns().size();
                if (row.size() < named) {
                    return new CatalogueLine.Refused(
                            line,
                            "the row has " + row.size() + " cells, the header names " + named
                                    + " columns; cells that are empty need their commas, and a cell with a comma its quotes");
                }
                row.forEach((column, cell) -> {
                    if (cell != null && !cell.isEmpty()) {
                        object.put(column.strip(), cell);
                    }
                });
                return object.hasNonNull("id")
                        ? CatalogueFolder.line(line, object)
                        : new CatalogueLine.Refused(line, "the cell \"id\" is empty; every item needs one of its own");
            } catch (JsonProcessingException e) {
                return new CatalogueLine.Refused(line, "not CSV: " + e.getOriginalMessage());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Optional<String> headerFault(List<String> columns) {
            if (columns.stream().anyMatch(Utf8::isBroken)) {
                return Optional.of("the header: " + Utf8.BROKEN);
            }
            if (columns.contains("id")) {
                return Optional.empty();
            }
            String first = columns.isEmpty() ? "" : columns.get(0);
            List<String> meant = FieldNames.meaning("id", columns);
            return Optional.of("there is no column \"id\"; the header names " + columns
                    + OTHER_SEPARATORS.keySet().stream()
                            .filter(sign -> columns.size() == 1 && first.contains(sign))
                            .findFirst()
                            .map(sign -> ", separated by " + OTHER_SEPARATORS.get(sign)
                                    + " as it seems: save the file with commas")
                            .orElse("; name the column that tells items apart id"
                                    + (meant.isEmpty() ? "" : " (is it " + meant.get(0) + "?)")));
        }

        private List<String> columns() {
            List<String> names = new ArrayList<>();
            if (rows.getParserSchema() instanceof CsvSchema header) {
                header.forEach(column -> names.add(column.getName().strip()));
            }
            return names;
        }
    }
}
