package io.anchorstream.topology.labelling;

/** Stable codes of the reasons for which an item is refused before its picture is looked at. */
final class Refusal {
    static final String NO_KEY = "no-key";
    static final String KEY_TOO_LONG = "key-too-long";
    static final String NO_IMAGE = "no-image";
    static final String URL_NOT_FETCHED = "image-url-not-fetched";
    static final String TITLE_TOO_LONG = "title-too-long";
    static final String DESCRIPTION_TOO_LONG = "description-too-long";
    static final String KEYWORDS_TOO_LONG = "keywords-too-long";
    static final String CATEGORY_TOO_LONG = "category-too-long";
    static final String ATTRIBUTES_TOO_LONG = "attributes-too-long";

    private Refusal() {}
}
