package io.anchorstream.model.evaluation;

/** Where the answers to a query may come from. */
public enum Gallery {
    /** All other rows. */
    ALL,
    /** Rows of all domains but the query's. */
    OTHER_DOMAINS,
    /** Rows of one domain that is not the query's; each query is asked once per such domain. */
    EACH_OTHER_DOMAIN
}
