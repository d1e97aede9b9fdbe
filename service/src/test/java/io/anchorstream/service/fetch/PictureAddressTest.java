package io.anchorstream.service.fetch;

import java.util.Set;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PictureAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/p.png",
                "http://localhost/p.png",
                "http://pictures.localhost:8080/p.png",
                "https://10.1.2.3/p.png",
                "http://169.254.169.254/latest/meta-data",
                "http://[::1]/p.png",
                "http://[fe80::1]/p.png",
                "http://[fd00::1]/p.png",
                "http://[::ffff:192.168.1.1]/p.png"
            })
    void refusesAHostThatIsWrittenAsAPrivateAddress(String address) {
        assertThatThrownBy(() -> PictureAddress.check(address, PictureFetcherTest.settings(Set.of())))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("private network");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://93.184.216.34/p.png",
                "http://[2606:2800:220:1::1]/p.png",
                "https://pictures.example/p.png",
                "http://10.example/p.png"
            })
    void takesPublicAddressesAndNamesWithoutAskingForThem(String address) {
        assertThatCode(() -> PictureAddress.check(address, PictureFetcherTest.settings(Set.of())))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://10.1.2.3/p.png", "http://[::1]/p.png", "http://LOCALHOST/p.png"})
    void takesHostsThatAreTrusted(String address) {
        assertThatCode(() -> PictureAddress.check(
                        address, PictureFetcherTest.settings(Set.of("10.1.2.3", "[::1]", "localhost"))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http:///p.png", "http://exa mple/p.png", "http://me@example.org/p.png"})
    void refusesWhatIsNoAddressOfAPicture(String address) {
        assertThatThrownBy(() -> PictureAddress.check(address, PictureFetcherTest.settings(Set.of())))
                .isInstanceOf(FetchException.class);
    }
}
