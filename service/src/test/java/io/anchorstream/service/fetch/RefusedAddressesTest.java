package io.anchorstream.service.fetch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Where a catalogue must not lead the service to. */
class RefusedAddressesTest {
    /** A name that is public when it is looked at and private when it is connected to. */
    @Test
    void isNotFooledByANameThatChangesItsAddress() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        DnsResolver rebinding = new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                String address = asked.getAndIncrement() == 0 ? "93.184.216.34" : "127.0.0.1";
                return new InetAddress[] {InetAddress.getByName(address)};
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
        GuardedResolver guarded = new GuardedResolver(rebinding, Set.of());

        assertThat(guarded.resolve("rebinding.example")[0].getHostAddress()).isEqualTo("93.184.216.34");
        assertThatThrownBy(() -> guarded.resolve("rebinding.example")).hasMessageContaining("private network");
        try (PictureFetcher fetcher = new PictureFetcher(PictureFetcherTest.settings(Set.of()), rebinding)) {
            assertThatThrownBy(() ->
                            fetcher.fetch("http://rebinding.example:9/p.png").get(20, TimeUnit.SECONDS))
                    .cause()
                    .hasMessageContaining("private network");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/p.png",
                "http://localhost/p.png",
                "http://[::1]/p.png",
                "http://0.0.0.0/p.png",
                "http://10.1.2.3/p.png",
                "http://172.16.0.1/p.png",
                "http://192.168.1.1/p.png",
                "http://169.254.169.254/latest/meta-data",
                "http://100.64.0.1/p.png",
                "http://[fe80::1]/p.png",
                "http://[fd00::1]/p.png",
                "http://[::ffff:127.0.0.1]/p.png",
                "http://[64:ff9b::7f00:1]/p.png",
                "http://[64:ff9b:1::808:808]/p.png",
                "http://[64:ff9b:1:7f00:0:100:808:808]/p.png",
                "http://[2002:7f00:1::]/p.png"
            })
    void refusesEveryAddressThatIsNotOfTheOpenInternet(String address) throws IOException {
        try (PictureFetcher fetcher = new PictureFetcher(PictureFetcherTest.settings(Set.of()))) {
            assertThatThrownBy(() -> fetcher.fetch(address).get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(FetchException.class)
                    .hasMessageContaining("fetch.trusted-hosts");
        }
    }

    @Test
    void knowsPublicAddresses() throws UnknownHostException {
        for (String address : List.of(
                "93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808", "172.32.0.1", "100.128.0.1")) {
            assertThat(PublicAddress.is(InetAddress.getByName(address)))
                    .as(address)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a.example/p.png", "http:///p.png", "no address", "http://me:pw@a.example/p.png"})
    void refusesAddressesItDoesNotCallAndKeepsPasswordsToItself(String address) throws IOException {
        try (PictureFetcher fetcher = new PictureFetcher(PictureFetcherTest.settings(Set.of("a.example")))) {
            assertThatThrownBy(() -> fetcher.fetch(address).get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(FetchException.class)
                    .hasMessageContaining("address")
                    .hasMessageNotContaining("pw");
        }
    }
}
