package io.anchorstream.service.peers;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsResult;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EstateTest {
    private static final String GROUP = "shop-label";
    private static final PeerName DEAD = new PeerName("0123456789abcdef0123456789abcdef", 4711);

    @Test
    void whatCannotBeSettledAtOnceIsTriedAgain() throws Exception {
        Queue<RuntimeException> answers = new ArrayDeque<>(
                List.of(new CoordinatorNotAvailableException("away"), new GroupIdNotFoundException("nobody in it")));

        Estate.Settlement settlement = estate(answers).settle(DEAD, List.of(), Duration.ofMinutes(1));

        assertThat(settlement.complete()).isTrue();
        assertThat(answers).isEmpty();
    }

    @Test
    void whatCannotBeSettledInTimeIsReported() throws Exception {
        Queue<RuntimeException> answers = new ArrayDeque<>(List.of(new CoordinatorNotAvailableException("away")));

        Estate.Settlement settlement = estate(answers).settle(DEAD, List.of(), Duration.ZERO);

        assertThat(settlement.complete()).isFalse();
        assertThat(settlement.failures()).containsOnlyKeys(GROUP);
    }

    @Test
    void aListingSaysWhichGroupsItLacks() throws Exception {
        Queue<RuntimeException> answers = new ArrayDeque<>(
                List.of(new CoordinatorNotAvailableException("away"), new GroupIdNotFoundException("not there yet")));
        Estate estate = estate(answers);

        assertThat(estate.members().complete()).isFalse();
        assertThat(estate.members().complete()).isTrue();
    }

    /** Brokers that fail to describe the group in these ways, one after the other. */
    private static Estate estate(Queue<RuntimeException> answers) {
        Admin admin = (Admin) Proxy.newProxyInstance(
                EstateTest.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("describeConsumerGroups")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    KafkaFutureImpl<ConsumerGroupDescription> answer = new KafkaFutureImpl<>();
                    answer.completeExceptionally(answers.remove());
                    Map<String, KafkaFuture<ConsumerGroupDescription>> groups = Map.of(GROUP, answer);
                    return new DescribeConsumerGroupsResult(groups);
                });
        return new Estate(admin, Set.of(GROUP));
    }
}
