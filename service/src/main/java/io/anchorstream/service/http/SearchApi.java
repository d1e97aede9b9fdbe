package io.anchorstream.service.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.ItemCard;
import io.anchorstream.service.index.QueryVector;
import io.anchorstream.service.index.SimilaritySearch;
import io.anchorstream.service.index.SimilaritySearch.Neighbour;
import io.anchorstream.service.index.VectorIndex;
import io.javalin.http.Context;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;

/** Nearest neighbours of an item or of an uploaded picture, under the first generation and the one in service. */
final class SearchApi {
    private static final int UPLOADS_AT_A_TIME = 2;
    /** A third of the server's threads: the page and its health must answer beside them. */
    private static final int READ_AT_A_TIME = 8;

    private final CatalogueIndex catalogue;
    private final SimilaritySearch search;
    private final PictureDecoder decoder;
    private final int uploadBytes;
    private final SlowSenders senders = new SlowSenders(READ_AT_A_TIME, System::nanoTime);
    private final Semaphore uploads = new Semaphore(UPLOADS_AT_A_TIME);

    SearchApi(CatalogueIndex catalogue, SimilaritySearch search, PictureDecoder decoder, int uploadBytes) {
        this.catalogue = catalogue;
        this.search = search;
        this.decoder = decoder;
        this.uploadBytes = uploadBytes;
    }

    void neighbours(Context ctx) {
        ItemCard query = CatalogueApi.find(catalogue, Parameters.required(ctx, "id"));
        boolean crossDomain = Parameters.flag(ctx, "crossDomain");
        Predicate<ItemCard> others = card -> !card.id().equals(query.id())
                && !(crossDomain && query.domain() != null && query.domain().equals(card.domain()));
        Json.write(ctx, answer(ctx, query, others, index -> search.vectorOf(index, query.id())));
    }

    void upload(Context ctx) throws IOException {
        // Read first: a slow sender holds one of the places for reading, none of the few at the network.
        byte[] bytes = read(ctx);
        if (!uploads.tryAcquire()) {
            throw new ApiException(503, "other pictures are being searched for just now: try again in a moment");
        }
        try {
            CanonicalImage picture = decode(bytes);
            Answer answer = answer(ctx, null, card -> true, index -> search.vectorOf(index, picture));
            if (answer.before() == null && answer.after() == null) {
                throw new ApiException(
                        503,
                        catalogue.generations().serving().isEmpty()
                                ? "nothing is indexed yet: pictures are still on their way through the pipeline"
                                : "the network's weights have not arrived yet: try again in a moment");
            }
            Json.write(ctx, answer);
        } finally {
            uploads.release();
        }
    }

    private byte[] read(Context ctx) throws IOException {
        String limit = "a picture may have " + uploadBytes / (1 << 20) + " MB at most: make it smaller and try again";
        if (ctx.req().getContentLengthLong() > uploadBytes) {
            throw new ApiException(413, limit);
        }
        byte[] bytes;
        try (InputStream body = ctx.req().getInputStream()) {
            bytes = senders.read(body, uploadBytes + 1);
        }
        if (bytes.length > uploadBytes) {
            throw new ApiException(413, limit);
        }
        if (bytes.length == 0) {
            throw new ApiException(400, "this file is empty (0 bytes); choose a picture in PNG, JPEG, GIF or BMP");
        }
        return bytes;
    }

    private CanonicalImage decode(byte[] bytes) {
        try {
            return decoder.decode(bytes);
        } catch (IllegalArgumentException e) {
            throw new ApiException(422, "this can't be used as a query: " + e.getMessage());
        }
    }

    private Answer answer(
            Context ctx,
            @Nullable ItemCard query,
            Predicate<ItemCard> keep,
            Function<VectorIndex, Optional<QueryVector>> vectors) {
        int k = (int) Parameters.number(ctx, "k", 12, 1, 60);
        Optional<VectorIndex> first = catalogue.generations().first();
        Optional<VectorIndex> serving = catalogue.generations().serving();
        Side after =
                serving.flatMap(index -> side(index, query, keep, vectors, k)).orElse(null);
        boolean same = first.isPresent() && serving.isPresent() && first.get() == serving.get();
        Side before = same
                ? after
                : first.flatMap(index -> side(index, query, keep, vectors, k)).orElse(null);
        long relevant = query == null || query.group() == null
                ? 0
                : catalogue.items().cards().stream()
                        .filter(card -> card.picture() >= 0 && keep.test(card))
                        .filter(card -> query.group().equals(card.group()))
                        .count();
        return new Answer(query, same, relevant, before, after);
    }

    private Optional<Side> side(
            VectorIndex index,
            @Nullable ItemCard query,
            Predicate<ItemCard> keep,
            Function<VectorIndex, Optional<QueryVector>> vectors,
            int k) {
        try {
            return vectors.apply(index)
                    .map(vector -> new Side(
                            index.generation(),
                            index.modelVersion(),
                            index.size(),
                            search.nearest(index, vector, k, keep).stream()
                                    .map(found -> hit(query, found))
                                    .toList()));
        } catch (AlreadyClosedException e) {
            throw new ApiException(409, "generation " + index.generation() + " was just replaced: ask again");
        }
    }

    private static Hit hit(@Nullable ItemCard query, Neighbour found) {
        ItemCard card = found.card();
        boolean sameLabel = query != null && query.label() >= 0 && query.label() == card.label();
        Boolean sameProduct = (query == null || query.group() == null || card.group() == null)
                ? null
                : Objects.equals(query.group(), card.group());
        return new Hit(
                card.id(),
                card.title(),
                card.domain(),
                card.label(),
                found.hit().modelVersion(),
                Math.round(found.hit().distance() * 1e4) / 1e4,
                sameLabel,
                sameProduct);
    }

    /**
     * @param query absent for an uploaded picture
     * @param same the first generation still is the one in service
     * @param relevant items of the catalogue that show the same product, by evaluation truth
     */
    record Answer(
            @Nullable ItemCard query,
            boolean same,
            long relevant,
            @Nullable Side before,
            @Nullable Side after) {}

    record Side(long generation, long modelVersion, int size, List<Hit> hits) {}

    /**
     * @param label as text: browsers count exactly to 2^53 only
     * @param sameProduct by evaluation truth; absent when there is none
     */
    record Hit(
            String id,
            String title,
            @Nullable String domain,
            @JsonFormat(shape = JsonFormat.Shape.STRING) long label,
            long modelVersion,
            double distance,
            boolean sameLabel,
            @Nullable Boolean sameProduct) {}
}
