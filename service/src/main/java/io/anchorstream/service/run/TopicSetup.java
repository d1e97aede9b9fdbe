package io.anchorstream.service.run;

import java.util.List;

import io.anchorstream.schemas.registry.RegistryException;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.TopicStatus;
import io.anchorstream.service.config.ConfigurationException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a cluster ready for the service: topics as they should be, subjects with their compatibility rules. */
public final class TopicSetup {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);

    private TopicSetup() {}

    /**
     * Creates missing topics and sets the rules of their subjects.
     *
     * @throws ConfigurationException if a topic is there with partitions that the service cannot work with
     */
    public static List<TopicStatus> prepare(Cluster cluster, short replicationFactor) {
        List<TopicStatus> statuses;
        try (Admin admin = cluster.admin()) {
            statuses = TopicAdmin.ensure(admin, cluster.topics(), replicationFactor);
        }
        requireUsable(statuses);
        for (TopicSpec topic : cluster.topics().all()) {
            if (topic.valueType() != null) {
                try {
                    cluster.registry()
                            .setCompatibility(topic.subject(), topic.direction().compatibility());
                } catch (RegistryException e) {
                    // Many registries let only their owner change rules; the service works under stricter ones too.
                    LOG.info("the registry kept its own rule for {}: {}", topic.subject(), e.getMessage());
                }
            }
        }
        return statuses;
    }

    /** Checks without changing anything. */
    public static void check(Cluster cluster) {
        try (Admin admin = cluster.admin()) {
            List<TopicStatus> statuses = TopicAdmin.diff(admin, cluster.topics());
            for (TopicStatus status : statuses) {
                if (status instanceof TopicStatus.Missing) {
                    throw new ConfigurationException("topic " + status.spec().name()
                            + " is missing and topics.create is false; run \"./anchorstream topics create\"");
                }
            }
            requireUsable(statuses);
        }
    }

    private static void requireUsable(List<TopicStatus> statuses) {
        for (TopicStatus status : statuses) {
            if (status instanceof TopicStatus.Differs differs && differs.blocking()) {
                throw new ConfigurationException(differs.describe());
            }
        }
    }
}
