package io.anchorstream.schemas.registry;

import java.util.Map;

import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RegistryConfigTest {

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> RegistryConfig.from(Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("schema.registry.url")
                .hasMessageContaining("http://localhost:8081");
    }

    @Test
    void refusesAnAddressItCannotCall() {
        assertThatThrownBy(() -> RegistryConfig.from(Map.of("schema.registry.url", "localhost:8081")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("must begin with http://");
    }

    @Test
    void neverPrintsCredentials() {
        RegistryConfig config = RegistryConfig.from(Map.of("schema.registry.url", "http://ada:secret@host:8081"));

        assertThat(config.toString())
                .doesNotContain("secret")
                .doesNotContain("YWRh")
                .contains("host:8081");
        assertThatThrownBy(() -> RegistryConfig.from(Map.of(
                        "schema.registry.url",
                        "http://h",
                        "basic.auth.credentials.source",
                        "USER_INFO",
                        "basic.auth.user.info",
                        "secret")))
                .hasMessageContaining("user:password")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void takesTheScopeOfAMock() {
        assertThat(RegistryConfig.from(Map.of("schema.registry.url", "mock://my-test"))
                        .mockScope())
                .isEqualTo("my-test");
    }
}
