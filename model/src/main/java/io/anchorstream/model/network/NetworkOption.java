package io.anchorstream.model.network;

/**
 * One declared option of a kind of network: the declaration is its validation and its documentation.
 *
 * @param fallback value when the user gives none
 */
public record NetworkOption(String name, String fallback, String doc) {}
