package io.anchorstream.service.http;

import java.time.Duration;

import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.CatalogueIndex.ShownPicture;
import io.anchorstream.service.index.ItemCard;
import io.anchorstream.service.index.ItemStore.WallPage;
import io.javalin.http.Context;

/** The wall of pictures, single items and their pictures. */
final class CatalogueApi {
    private static final long LARGEST_PAGE = 200;
    private static final Duration PICTURE_MAX_AGE = Duration.ofHours(1);

    private final CatalogueIndex catalogue;

    CatalogueApi(CatalogueIndex catalogue) {
        this.catalogue = catalogue;
    }

    void wall(Context ctx) {
        WallPage page = catalogue
                .items()
                .wall(
                        Parameters.text(ctx, "q"),
                        Parameters.number(ctx, "seed", 0, Long.MIN_VALUE, Long.MAX_VALUE),
                        (int) Parameters.number(ctx, "from", 0, 0, Integer.MAX_VALUE),
                        (int) Parameters.number(ctx, "count", 60, 1, LARGEST_PAGE));
        Json.write(ctx, page);
    }

    void item(Context ctx) {
        Json.write(ctx, find(catalogue, Parameters.required(ctx, "id")));
    }

    void picture(Context ctx) {
        String id = Parameters.required(ctx, "id");
        ShownPicture picture =
                catalogue.picture(id).orElseThrow(() -> new ApiException(404, "there is no picture of item " + id));
        ctx.contentType(picture.format().contentType())
                .header("Cache-Control", "private, max-age=" + PICTURE_MAX_AGE.toSeconds())
                .header("Content-Disposition", "inline")
                .result(picture.bytes());
    }

    static ItemCard find(CatalogueIndex catalogue, String id) {
        return catalogue
                .items()
                .card(id)
                .filter(card -> card.picture() >= 0)
                .orElseThrow(() -> new ApiException(
                        404, "there is no item " + id + " (it may have been deleted, or was refused: see Pipeline)"));
    }
}
