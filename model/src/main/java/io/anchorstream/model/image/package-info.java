/** Safe decoding of untrusted pictures into canonical images. Nothing else decodes. */
@NullMarked
package io.anchorstream.model.image;

import org.jspecify.annotations.NullMarked;
