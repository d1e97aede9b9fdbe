package io.anchorstream.model.network;

import java.util.Map;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NetworksTest {

    @Test
    void refusesAnUnknownKindAndListsTheKnown() {
        assertThatThrownBy(() -> Networks.specify("vgg", Map.of(), 64, 128))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'vgg'")
                .hasMessageContaining("hybrid, resnet, torchscript");
    }

    @Test
    void refusesAnUnknownOptionAndListsTheKnown() {
        assertThatThrownBy(() -> Networks.specify("resnet", Map.of("depth", "50"), 64, 128))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'depth'")
                .hasMessageContaining("width (")
                .hasMessageContaining("default 16");
    }

    @Test
    void refusesAValueOutOfRangeWithTheRange() {
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            NetworkSpec spec = Networks.specify("resnet", Map.of("width", "many"), 64, 128);

            assertThatThrownBy(() -> Networks.create(new NetworkPlan(spec, Map.of()), manager, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'width'")
                    .hasMessageContaining("from 4")
                    .hasMessageContaining("many");
        }
    }

    @Test
    void aSpecificationSurvivesItsJsonWithAllDefaultsWrittenOut() {
        NetworkSpec spec = Networks.specify("hybrid", Map.of("width", "24"), 64, 128);

        assertThat(NetworkSpec.fromJson(spec.toJson())).isEqualTo(spec);
        assertThat(spec.options()).containsEntry("width", "24").containsEntry("input", "48");
        assertThatThrownBy(() -> NetworkSpec.fromJson("no")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theDigestTellsWidthsApartButNotSeeds() {
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            NetworkSpec narrow = Networks.specify("resnet", Map.of(), 64, 128);
            NetworkSpec wide = Networks.specify("resnet", Map.of("width", "20"), 64, 128);
            Network one = Networks.create(new NetworkPlan(narrow, Map.of()), manager, 1);
            Network two = Networks.create(new NetworkPlan(narrow, Map.of()), manager, 2);
            Network three = Networks.create(new NetworkPlan(wide, Map.of()), manager, 1);

            assertThat(one.weights().digest(narrow)).isEqualTo(two.weights().digest(narrow));
            assertThat(three.weights().digest(wide)).isNotEqualTo(one.weights().digest(narrow));
        }
    }

    @Test
    void theResidualNetworkHasTheSizeOfTheSpeedYardstick() {
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            Network network = Networks.create(
                    new NetworkPlan(Networks.specify("resnet", Map.of(), 64, 128), Map.of()), manager, 1);

            assertThat(network.weights().learnedCount()).isEqualTo(455_120);
        }
    }
}
