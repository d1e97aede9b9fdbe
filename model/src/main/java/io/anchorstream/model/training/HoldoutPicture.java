package io.anchorstream.model.training;

import java.util.Optional;

import io.anchorstream.model.image.CanonicalImage;

/**
 * A picture that is never trained on, with what is known about it.
 *
 * @param label weak label, {@code -1} = none
 * @param group truth: pictures of one group show the same product
 * @param domain truth: style or view
 * @param test whether the whole group is kept out of training, so that zero-shot scores may use it
 */
public record HoldoutPicture(
        CanonicalImage image, long label, Optional<String> group, Optional<String> domain, boolean test) {}
