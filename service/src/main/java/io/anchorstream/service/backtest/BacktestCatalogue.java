package io.anchorstream.service.backtest;

import java.util.List;

/**
 * A recorded catalogue in memory.
 *
 * @param name shown in the report
 * @param train items that are streamed, in the order of the folder
 * @param test items that are scored and never trained on
 * @param refused lines that were left out
 * @param notes what is odd about the catalogue, a sentence each, with line numbers
 */
record BacktestCatalogue(
        String name, List<BacktestItem> train, List<BacktestItem> test, int refused, List<String> notes) {
    BacktestCatalogue {
        train = List.copyOf(train);
        test = List.copyOf(test);
        notes = List.copyOf(notes);
    }
}
