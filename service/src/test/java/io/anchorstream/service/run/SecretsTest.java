package io.anchorstream.service.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** What somebody gave us in confidence is in no log, message or printed configuration, whatever the level. */
class SecretsTest {
    private static final String SECRET = "hunter2";

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Level before = root.getLevel();
    private final List<Appender<ILoggingEvent>> others = new ArrayList<>();

    @BeforeEach
    void listen() {
        logged.start();
        // Everything there is to log at TRACE is tens of thousands of lines, which are looked at here, not printed.
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(root::detachAppender);
        root.setLevel(Level.TRACE);
        root.addAppender(logged);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(logged);
        root.setLevel(before);
        others.forEach(root::addAppender);
    }

    @Test
    void areNeverLoggedNorPrintedWhenAClusterIsAway() throws IOException {
        Settings settings = settings();

        Throwable failure = catchThrowable(() -> Cluster.of(settings).requireReachable());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Cluster.of(settings).clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            assertThat(producer.metrics()).isNotEmpty();
        }

        assertThat(failure).isInstanceOf(UnreachableException.class);
        assertThat(text(failure)).doesNotContain(SECRET);
        assertThat(settings.printable().toString()).doesNotContain(SECRET).contains("[hidden]");
        assertThat(logged.list).as("something was logged at all").isNotEmpty();
        assertThat(logged.list).allSatisfy(event -> {
            assertThat(event.getFormattedMessage()).doesNotContain(SECRET);
            if (event.getThrowableProxy() != null) {
                assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        .doesNotContain(SECRET);
            }
        });
    }

    @Test
    void areNotInTheMessageAboutARegistryAddressThatIsWrong() {
        Map<String, String> wrong = Map.of(
                "kafka.bootstrap.servers",
                "localhost:1",
                "registry.schema.registry.url",
                "ftp://me:" + SECRET + "@host");

        Throwable failure = catchThrowable(
                () -> Cluster.of(Settings.resolve(Keys.all(), List.of(new Settings.Layer("--set", wrong)))));

        assertThat(text(failure)).doesNotContain(SECRET).contains("ftp://host");
    }

    /** Names a port of this machine at which nothing listens any more. */
    private static Settings settings() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Map<String, String> values = new LinkedHashMap<>();
        values.put("kafka.bootstrap.servers", "127.0.0.1:" + port);
        values.put("kafka.default.api.timeout.ms", "2000");
        values.put("kafka.security.protocol", "SASL_PLAINTEXT");
        values.put("kafka.sasl.mechanism", "PLAIN");
        values.put(
                "kafka.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"me\" password=\"" + SECRET
                        + "\";");
        values.put("kafka.ssl.truststore.password", SECRET);
        values.put("registry.schema.registry.url", "http://me:" + SECRET + "@127.0.0.1:" + port);
        values.put("registry.basic.auth.credentials.source", "USER_INFO");
        values.put("registry.basic.auth.user.info", "me:" + SECRET);
        values.put("registry.max.retries", "0");
        return Settings.resolve(Keys.all(), List.of(new Settings.Layer("--set", values)));
    }

    private static String text(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
