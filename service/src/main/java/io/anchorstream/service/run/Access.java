package io.anchorstream.service.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What one kind of client may do on the brokers: the least with which it works.
 *
 * @param reads topics
 * @param writes topics
 * @param looks topics whose existence and settings are looked at
 * @param creates topics
 * @param joins consumer groups
 * @param watches consumer groups whose offsets and members are looked at
 * @param owns prefix of internal topics, empty = none
 * @param transactions start of transactional ids, empty = none
 */
public record Access(
        List<String> reads,
        List<String> writes,
        List<String> looks,
        List<String> creates,
        List<String> joins,
        List<String> watches,
        List<String> owns,
        List<String> transactions) {
    private static final String ANY_HOST = "*";

    /** Every kind of client, by name: the roles, then {@code ingest}, {@code operator} and {@code consumer}. */
    public static Map<String, Access> of(Topics topics, Settings settings) {
        List<String> all = names(topics.all().toArray(TopicSpec[]::new));
        List<String> groups = List.copyOf(Role.groups(settings).values());
        Map<String, Access> access = new LinkedHashMap<>();
        access.put(
                Role.LABEL.label(),
                streams(
                        Role.LABEL.group(settings),
                        names(topics.catalogItems()),
                        names(
                                topics.catalogImages(),
                                topics.catalogLabels(),
                                topics.labelAliases(),
                                topics.trainingHoldout(),
                                topics.trainingBatches(),
                                topics.deadLetters()),
                        all));
        String trainers = Role.TRAIN.group(settings);
        access.put(
                Role.TRAIN.label(),
                new Access(
                        names(
                                topics.trainingBatches(),
                                topics.trainingHoldout(),
                                topics.labelAliases(),
                                topics.modelCommands(),
                                topics.modelVersions(),
                                topics.modelWeights(),
                                topics.modelCheckpoints()),
                        names(
                                topics.trainingSteps(),
                                topics.modelVersions(),
                                topics.modelWeights(),
                                topics.modelCheckpoints()),
                        all,
                        List.of(),
                        List.of(trainers),
                        List.of(),
                        List.of(),
                        List.of(trainers)));
        access.put(
                Role.EMBED.label(),
                streams(
                        Role.EMBED.group(settings),
                        names(
                                topics.catalogImages(),
                                topics.catalogLabels(),
                                topics.catalogGenerations(),
                                topics.modelVersions(),
                                topics.modelWeights()),
                        names(topics.catalogEmbeddings(), topics.catalogGenerations(), topics.deadLetters()),
                        all));
        access.put(
                Role.INDEX.label(),
                reader(
                        names(
                                topics.catalogItems(),
                                topics.catalogImages(),
                                topics.catalogLabels(),
                                topics.labelAliases(),
                                topics.trainingBatches(),
                                topics.trainingSteps(),
                                topics.modelVersions(),
                                topics.modelWeights(),
                                topics.catalogEmbeddings(),
                                topics.catalogGenerations(),
                                topics.deadLetters()),
                        all,
                        List.of(),
                        groups));
        access.put("ingest", writer(names(topics.catalogItems()), List.of()));
        access.put("operator", operator(topics, all, groups));
        access.put(
                "consumer",
                reader(
                        names(topics.catalogEmbeddings(), topics.catalogGenerations()),
                        List.of(),
                        List.of(settings.get(Keys.APPLICATION) + "-consumer"),
                        List.of()));
        return access;
    }

    /** The rules that give this access, one operation each. */
    public List<AclBinding> bindings(String principal) {
        List<AclBinding> rules = new ArrayList<>();
        add(rules, principal, ResourceType.TOPIC, PatternType.LITERAL, reads, AclOperation.READ);
        add(rules, principal, ResourceType.TOPIC, PatternType.LITERAL, writes, AclOperation.WRITE);
        add(
                rules,
                principal,
                ResourceType.TOPIC,
                PatternType.LITERAL,
                looks,
                AclOperation.DESCRIBE,
                AclOperation.DESCRIBE_CONFIGS);
        add(rules, principal, ResourceType.TOPIC, PatternType.LITERAL, creates, AclOperation.CREATE);
        add(
                rules,
                principal,
                ResourceType.TOPIC,
                PatternType.PREFIXED,
                owns,
                AclOperation.CREATE,
                AclOperation.READ,
                AclOperation.WRITE,
                AclOperation.DELETE,
                AclOperation.DESCRIBE_CONFIGS);
        add(rules, principal, ResourceType.GROUP, PatternType.LITERAL, joins, AclOperation.READ);
        add(rules, principal, ResourceType.GROUP, PatternType.LITERAL, watches, AclOperation.DESCRIBE);
        add(
                rules,
                principal,
                ResourceType.TRANSACTIONAL_ID,
                PatternType.PREFIXED,
                transactions,
                AclOperation.WRITE,
                AclOperation.DESCRIBE);
        return rules;
    }

    private static void add(
            List<AclBinding> rules,
            String principal,
            ResourceType type,
            PatternType pattern,
            List<String> names,
            AclOperation... operations) {
        for (String name : names) {
            for (AclOperation operation : operations) {
                rules.add(new AclBinding(
                        new ResourcePattern(type, name, pattern),
                        new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW)));
            }
        }
    }

    private static Access streams(String application, List<String> reads, List<String> writes, List<String> looks) {
        return new Access(
                reads,
                writes,
                looks,
                List.of(),
                List.of(application),
                List.of(),
                List.of(application + "-"),
                List.of(application + "-"));
    }

    private static Access reader(List<String> reads, List<String> looks, List<String> joins, List<String> watches) {
        return new Access(reads, List.of(), looks, List.of(), joins, watches, List.of(), List.of());
    }

    private static Access writer(List<String> writes, List<String> looks) {
        return new Access(List.of(), writes, looks, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** Who creates topics, looks at the status, gives orders and sends dead letters again. */
    private static Access operator(Topics topics, List<String> all, List<String> groups) {
        return new Access(
                all,
                names(topics.catalogItems(), topics.modelCommands()),
                all,
                all,
                List.of(),
                groups,
                List.of(),
                List.of());
    }

    private static List<String> names(TopicSpec... topics) {
        return Set.of(topics).stream().map(TopicSpec::name).sorted().toList();
    }
}
