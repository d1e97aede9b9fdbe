package io.anchorstream.service.catalogue;

/**
 * Who drew a set of pictograms and under which terms; shown wherever the pictures are.
 *
 * @param domain the set's short name, the domain of its items
 * @param licence SPDX identifier
 */
public record SetLicence(
        String domain, String name, String author, String authorUrl, String licence, String licenceUrl) {}
