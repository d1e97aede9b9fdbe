package io.anchorstream.service.backtest;

import java.util.List;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.service.catalogue.CatalogueEntry;

/**
 * An item of the recorded catalogue, ready to stream or to score.
 *
 * @param entry as the stream sees it: reworded, if that was asked for
 * @param group truth; an item without {@code group_id} is a group of its own
 * @param textVector of the entry's text, unit or of length 0; what labelling and the loss see
 * @param truthKeywords as they are in the folder
 * @param truthVector of the text as it is in the folder, unit or of length 0; what semantic scores compare with
 */
@SuppressWarnings("ArrayRecordComponent") // read-only, never compared
record BacktestItem(
        CatalogueEntry entry,
        String group,
        CanonicalImage image,
        float[] textVector,
        List<String> truthKeywords,
        float[] truthVector) {
    String id() {
        return entry.id();
    }
}
