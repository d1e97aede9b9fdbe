package io.anchorstream.service.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupResult;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process leaves behind on the brokers when it dies: memberships, which keep its partitions from the others until
 * the session ends, and open transactions, behind which committed readers wait. Every survivor may settle it, and a process
 * that lives after all loses no record: it is fenced, builds its stores anew, and joins again (KIP-98, KIP-345, KIP-447).
 *
 * @param groups of the roles of this process; others are left to theirs
 */
record Estate(Admin admin, Set<String> groups) {
    private static final Logger LOG = LoggerFactory.getLogger(Estate.class);
    private static final int PATIENCE_MS = 5_000;
    private static final Duration RETRY = Duration.ofMillis(500);

    /** A member that the brokers list. */
    record Member(String group, String groupInstanceId, String host) {}

    /**
     * Those with a name of their own.
     *
     * @param unknown groups that could not be asked, and why
     */
    record Listing(List<Member> members, Map<String, Throwable> unknown) {
        /** True where whoever is not listed is no member. */
        boolean complete() {
            return unknown.isEmpty();
        }
    }

    /**
     * What was done.
     *
     * @param failures what was not, and why; what another survivor did before is none
     */
    record Settlement(int memberships, int transactionalIds, Map<String, Throwable> failures) {
        boolean complete() {
            return failures.isEmpty();
        }
    }

    Listing members() throws InterruptedException {
        List<Member> members = new ArrayList<>();
        Map<String, Throwable> unknown = new LinkedHashMap<>();
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
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof GroupIdNotFoundException)) { // not there yet
                    unknown.put(described.getKey(), e);
                }
            } catch (TimeoutException e) {
                unknown.put(described.getKey(), e);
            }
        }
        return new Listing(members, unknown);
    }

    /**
     * Ends the transactions and memberships of a process. What fails is tried again: the dead one's machine may have held
     * the groups' coordinator, whose successor starts their sessions anew.
     *
     * @param atMost after which no other try begins
     */
    Settlement settle(PeerName dead, Collection<String> transactionalIds, Duration atMost) throws InterruptedException {
        Set<String> ours = transactionalIds.stream()
                .filter(id -> groups.stream().anyMatch(group -> id.startsWith(group + "-")))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        int known = ours.size();
        int memberships = 0;
        long began = System.nanoTime();
        while (true) {
            Map<String, Throwable> failures = new LinkedHashMap<>();
            // First, and each only once: later, a process that was started again on the same folder may use them.
            Map<String, KafkaFuture<Void>> fenced = ours.isEmpty()
                    ? Map.of()
                    : admin.fenceProducers(ours, new FenceProducersOptions().timeoutMs(PATIENCE_MS))
                            .fencedProducers();
            memberships += removeMembers(dead, failures);
            for (Map.Entry<String, KafkaFuture<Void>> request : fenced.entrySet()) {
                failure(request.getValue())
                        .ifPresentOrElse(
                                why -> failures.put(request.getKey(), why), () -> ours.remove(request.getKey()));
            }
            if (failures.isEmpty() || System.nanoTime() - began >= atMost.toNanos()) {
                return new Settlement(memberships, known - ours.size(), failures);
            }
            LOG.debug("what {} left behind is tried again: {}", dead.text(), failures);
            TimeUnit.NANOSECONDS.sleep(RETRY.toNanos());
        }
    }

    private int removeMembers(PeerName dead, Map<String, Throwable> failures) throws InterruptedException {
        Listing listing = members();
        failures.putAll(listing.unknown());
        Map<String, KafkaFuture<Void>> requests = new LinkedHashMap<>();
        for (String group : groups) {
            List<MemberToRemove> members = listing.members().stream()
                    .filter(member -> member.group().equals(group))
                    .map(Member::groupInstanceId)
                    .filter(id -> PeerName.of(id).filter(dead::equals).isPresent())
                    .map(MemberToRemove::new)
                    .toList();
            if (!members.isEmpty()) {
                RemoveMembersFromConsumerGroupOptions options = new RemoveMembersFromConsumerGroupOptions(members);
                options.timeoutMs(PATIENCE_MS);
                options.reason("its process died");
                RemoveMembersFromConsumerGroupResult result = admin.removeMembersFromConsumerGroup(group, options);
                members.forEach(
                        member -> requests.put(group + "/" + member.groupInstanceId(), result.memberResult(member)));
            }
        }
        int removed = 0;
        for (Map.Entry<String, KafkaFuture<Void>> request : requests.entrySet()) {
            Optional<Throwable> failure = failure(request.getValue());
            if (failure.isEmpty()) {
                removed++;
            } else if (!(failure.get() instanceof UnknownMemberIdException)) { // another survivor was faster
                failures.put(request.getKey(), failure.get());
            }
        }
        return removed;
    }

    /** Why a request failed; empty once it has succeeded. */
    private static Optional<Throwable> failure(KafkaFuture<?> request) throws InterruptedException {
        try {
            request.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.ofNullable(e.getCause());
        } catch (TimeoutException e) {
            return Optional.of(e);
        }
    }
}
