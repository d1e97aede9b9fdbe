package io.anchorstream.schemas.registry;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RegistryTlsTest {
    private static final String PASSWORD = "hunter2";

    private final Path store;
    private HttpsServer server;

    RegistryTlsTest(@TempDir Path folder) {
        this.store = folder.resolve("registry.p12");
    }

    @BeforeEach
    void start() throws Exception {
        makeCertificate();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(store)) {
            keys.load(content, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            byte[] body = "{\"schema\":\"\\\"string\\\"\"}".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void trustsTheConfiguredStoreAndNobodyElse() {
        assertThat(open(Map.of(
                                "schema.registry.ssl.truststore.location",
                                store.toString(),
                                "schema.registry.ssl.truststore.password",
                                PASSWORD,
                                "schema.registry.ssl.truststore.type",
                                "PKCS12"))
                        .byId(1)
                        .getName())
                .isEqualTo("string");

        assertThatThrownBy(() -> open(Map.of()).byId(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("certification path");
    }

    @Test
    void saysWhichStoreCannotBeOpenedWithoutThePassword() {
        assertThatThrownBy(() -> open(Map.of(
                        "schema.registry.ssl.truststore.location",
                        store.resolveSibling("missing.p12").toString(),
                        "schema.registry.ssl.truststore.password",
                        PASSWORD,
                        "schema.registry.ssl.truststore.type",
                        "PKCS12")))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("missing.p12")
                .hasMessageNotContaining(PASSWORD);
    }

    private HttpSchemaRegistry open(Map<String, String> tls) {
        Map<String, String> config = new HashMap<>(tls);
        config.put(
                "schema.registry.url",
                "https://127.0.0.1:" + server.getAddress().getPort());
        config.put("max.retries", "0");
        return new HttpSchemaRegistry(RegistryConfig.from(config));
    }

    /** A key and a self-signed certificate for 127.0.0.1, by the JDK's own tool. */
    private void makeCertificate() throws Exception {
        Process tool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "registry",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=registry",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .start();
        assertThat(tool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(tool.exitValue())
                .as(new String(tool.getInputStream().readAllBytes(), UTF_8))
                .isZero();
    }
}
