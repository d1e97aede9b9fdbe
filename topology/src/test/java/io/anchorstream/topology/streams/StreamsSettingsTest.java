package io.anchorstream.topology.streams;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.anchorstream.schemas.topics.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StreamsSettingsTest {
    @Test
    void aUsersSettingUnderItsBareNameTakesThePlaceOfOurs() {
        StreamsConfig config = config(Map.of("session.timeout.ms", "45000", "linger.ms", "5"));

        assertThat(consumer(config, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG)).isEqualTo("45000");
        assertThat(producer(config, ProducerConfig.LINGER_MS_CONFIG)).isEqualTo("5");
    }

    @Test
    void aUsersSettingForOneKindOfClientWinsToo() {
        StreamsConfig config = config(Map.of("consumer.session.timeout.ms", "30000"));

        assertThat(consumer(config, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG)).isEqualTo("30000");
    }

    @Test
    void theTransactionTimeOutAndAHeartbeatFitIntoTheSession() {
        StreamsConfig config = config(Map.of());
        int session = Integer.parseInt(consumer(config, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG));
        int heartbeat = Integer.parseInt(consumer(config, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG));

        assertThat(Integer.parseInt(producer(config, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG)))
                .isLessThanOrEqualTo(session - heartbeat);
        assertThat(heartbeat).isLessThanOrEqualTo(session / 3);
    }

    @Test
    void rolesBeginAtTheEarliestRecordWhateverOtherClientsDo() {
        StreamsConfig config = config(Map.of("auto.offset.reset", "latest"));

        assertThat(consumer(config, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG)).isEqualTo("earliest");
    }

    @Test
    void aRequestHoldsAMiniBatchAtLeast() {
        String name = ProducerConfig.MAX_REQUEST_SIZE_CONFIG;
        String larger = Integer.toString(2 * Topics.MAX_BATCH_BYTES);

        assertThat(producer(config(Map.of(name, "1048576")), name)).isEqualTo("" + Topics.MAX_BATCH_BYTES);
        assertThat(producer(config(Map.of(name, larger)), name)).isEqualTo(larger);
        assertThatThrownBy(() -> config(Map.of(name, "1 MiB")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(name, "1 MiB");
    }

    private static StreamsConfig config(Map<String, String> extra) {
        return new StreamsConfig(new StreamsSettings(
                        "app", "none:1", Path.of("state"), 1, "letters", -1, 0, Duration.ofMillis(200), extra)
                .toProperties());
    }

    private static String consumer(StreamsConfig config, String name) {
        return String.valueOf(config.getMainConsumerConfigs("app", "client", 1).get(name));
    }

    private static String producer(StreamsConfig config, String name) {
        return String.valueOf(config.getProducerConfigs("client").get(name));
    }
}
