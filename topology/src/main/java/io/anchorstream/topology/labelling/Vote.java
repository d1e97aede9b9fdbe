package io.anchorstream.topology.labelling;

/**
 * The outcome of a vote.
 *
 * @param functions names of those that voted for the winner, joined by a comma
 * @param confidence the winner's share of the weight that was cast, 0..1
 */
public record Vote(String label, String functions, float confidence) {}
