/** Where items come from: catalogue folders, and the pictograms that the demo draws. Knows nothing of Kafka. */
@NullMarked
package io.anchorstream.service.catalogue;

import org.jspecify.annotations.NullMarked;
