package io.anchorstream.service.peers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process leaves behind on the brokers when it dies: memberships, which keep its partitions from the others until
 * the session ends, and open transactions, behind which committed readers wait. Every survivor may settle it, and a process
 * that lives after all loses nothing: it is fenced, and joins again (KIP-98, KIP-345, KIP-447).
 *
 * @param groups of the roles of this process; others are left to theirs
 */
record Estate(Admin admin, Set<String> groups) {
    private static final Logger LOG = LoggerFactory.getLogger(Estate.class);
    private static final int PATIENCE_MS = 5_000;

    /** A member that the brokers list. */
    record Member(String group, String groupInstanceId, String host) {}

    /** Those with a name of their own; a group that cannot be asked has none. */
    List<Member> members() throws InterruptedException {
        List<Member> members = new ArrayList<>();
        for (Map.Entry<String, KafkaFuture<ConsumerGroupDescription>> described :
                admin.describeConsumerGroups(groups).describedGroups().entrySet()) {
            try {
                for (MemberDescription member : described
                        .getValue()
                        .get(PATIENCE_MS, TimeUnit.MILLISECONDS)
                        .members()) {
                    String host = member.host().substring(member.host().indexOf('/') + 1);
                    member.groupInstanceId().ifPresent(id -> members.add(new Member(described.getKey(), id, host)));
                }
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("group {} can't be looked at", described.getKey(), e); // not there yet, or the broker is away
            }
        }
        return members;
    }

    /** Ends the transactions and memberships of a process. */
    void settle(PeerName dead, Collection<String> transactionalIds) throws InterruptedException {
        List<String> ours = transactionalIds.stream()
                .filter(id -> groups.stream().anyMatch(group -> id.startsWith(group + "-")))
                .toList();
        List<KafkaFuture<Void>> requests = new ArrayList<>();
        // Later, a process that was started again on the same folder may use them.
        requests.add(admin.fenceProducers(ours, new FenceProducersOptions().timeoutMs(PATIENCE_MS))
                .all());
        List<Member> all = members();
        for (String group : groups) {
            List<MemberToRemove> members = all.stream()
                    .filter(member -> member.group().equals(group))
                    .map(Member::groupInstanceId)
                    .filter(id -> PeerName.of(id).filter(dead::equals).isPresent())
                    .map(MemberToRemove::new)
                    .toList();
            if (!members.isEmpty()) {
                RemoveMembersFromConsumerGroupOptions options = new RemoveMembersFromConsumerGroupOptions(members);
                options.timeoutMs(PATIENCE_MS);
                options.reason("its process died");
                requests.add(
                        admin.removeMembersFromConsumerGroup(group, options).all());
            }
        }
        for (KafkaFuture<Void> request : requests) {
            await(request, dead);
        }
    }

    private static void await(KafkaFuture<Void> request, PeerName dead) throws InterruptedException {
        try {
            request.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownMemberIdException)) { // another survivor was faster
                LOG.warn("what {} left behind waits for its time-outs", dead.text(), e.getCause());
            }
        } catch (TimeoutException e) {
            LOG.warn("what {} left behind waits for its time-outs", dead.text(), e);
        }
    }
}
