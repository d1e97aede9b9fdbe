package io.anchorstream.model.loss;

/** Which (anchor, positive, negative) triplets of a batch teach. */
enum TripletMining {
    /** Every triplet. */
    ALL,
    /** Each anchor's farthest positive with its nearest negative (Hermans et al., arXiv 1703.07737). */
    HARD,
    /** Each positive pair with the nearest negative behind the positive, else the farthest negative (FaceNet). */
    SEMI_HARD,
    /** Every triplet whose negative lies behind the positive by no more than the margin. */
    BAND
}
