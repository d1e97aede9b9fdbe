package io.anchorstream.topology.labelling;

import java.util.Optional;

import io.anchorstream.avro.CatalogItem;

/** Names a class for an item, or abstains. */
interface LabellingFunction {

    String name();

    double weight();

    /**
     * The label, or empty to abstain.
     *
     * @throws TextBudget.ExceededException when the item's text would take too long
     */
    Optional<String> label(CatalogItem item);
}
