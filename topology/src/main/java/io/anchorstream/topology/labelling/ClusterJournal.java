package io.anchorstream.topology.labelling;

/** Where clustering writes every change at once, so that it can be rebuilt after a restart. */
interface ClusterJournal {

    /** A class is new or has moved. */
    void save(Cluster cluster);

    /** A class became another name for an older one. */
    void alias(Cluster merged, long olderId);

    /** A class was evicted; its id is never given again. */
    void retire(Cluster evicted);

    /** A label of the labelling functions got its permanent id. */
    void name(String ruleLabel, long id);

    /** The next id to give. */
    void counter(long next);

    /** A slot of a block's sample has a new text; {@code changes} counts them. */
    void sample(String block, int slot, float[] vector, long changes);

    /** A block's sample was measured. */
    void measured(String block, TextSample.Measured measured);
}
