package io.anchorstream.service.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import io.anchorstream.schemas.registry.RegistryException;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.TopicStatus;
import io.anchorstream.service.config.ConfigurationException;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.UnreachableException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** Looks at broker, registry, topics and schemas. Changes nothing. */
public final class Surroundings {
    private final Settings settings;

    public Surroundings(Settings settings) {
        this.settings = settings;
    }

    /** What there is to say when it is known that no broker is there to ask. */
    public static List<Finding> away(String what, String remedy) {
        return List.of(
                Finding.fault("broker", what, remedy),
                Finding.skipped("registry", "goes with the broker"),
                Finding.skipped("topics", "no broker answers"),
                Finding.skipped("schemas", "no registry answers"));
    }

    public List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        if (!Cluster.isNamed(settings)) {
            findings.add(Finding.skipped(
                    "broker",
                    "none is named, nor is a demo at work in data/demo: --bootstrap-servers names one, --data FOLDER a"
                            + " demo elsewhere; registry, topics and schemas are not looked at without it"));
            return findings;
        }
        boolean broker = add(findings, broker());
        Optional<Cluster> cluster;
        try {
            cluster = Optional.of(Cluster.of(settings));
        } catch (ConfigurationException | KafkaException e) {
            findings.add(Finding.fault(
                    "registry", String.valueOf(e.getMessage()), "see registry.* in docs/configuration.md"));
            return findings;
        }
        boolean registry = add(findings, registry(cluster.get()));
        findings.add(broker ? topics(cluster.get()) : Finding.skipped("topics", "no broker answers"));
        findings.add(registry ? schemas(cluster.get()) : Finding.skipped("schemas", "no registry answers"));
        return findings;
    }

    private static boolean add(List<Finding> findings, Finding finding) {
        findings.add(finding);
        return finding.verdict() == Finding.Verdict.OK;
    }

    private Finding broker() {
        String servers = settings.passedOn("kafka").getOrDefault("bootstrap.servers", "");
        try {
            Cluster.requireBrokers(settings);
            return Finding.ok("broker", servers + " answers");
        } catch (UnreachableException e) {
            Throwable cause = e.getCause();
            return Finding.fault(
                    "broker",
                    servers + " does not answer" + (cause == null ? "" : ": " + cause.getMessage()),
                    "start it or correct kafka.bootstrap.servers; behind TLS or SASL set kafka.security.protocol and"
                            + " what goes with it (docs/deployment.md)");
        }
    }

    private Finding registry(Cluster cluster) {
        String url = settings.printable().getOrDefault("registry.schema.registry.url", "");
        try {
            cluster.requireRegistry();
            return Finding.ok("registry", url + " answers");
        } catch (UnreachableException e) {
            Throwable cause = e.getCause();
            return Finding.fault(
                    "registry",
                    String.valueOf(cause == null ? e.getMessage() : cause.getMessage()),
                    "start it or correct registry.schema.registry.url; registry.basic.auth.user.info is user:password");
        }
    }

    private static Finding topics(Cluster cluster) {
        try (Admin admin = cluster.admin()) {
            List<TopicStatus> wrong = TopicAdmin.diff(admin, cluster.topics()).stream()
                    .filter(status -> !(status instanceof TopicStatus.Exists))
                    .toList();
            if (wrong.isEmpty()) {
                return Finding.ok("topics", cluster.topics().all().size() + " topics are as they should be");
            }
            String names = wrong.stream().map(status -> status.spec().name()).collect(Collectors.joining(", "));
            boolean blocking = wrong.stream()
                    .anyMatch(status -> status instanceof TopicStatus.Differs differs && differs.blocking());
            String fix =
                    "./anchorstream topics create makes missing ones; ./anchorstream topics diff shows what differs";
            return blocking
                    ? Finding.fault("topics", "missing or different: " + names, fix)
                    : Finding.warning("topics", "missing or different: " + names, fix);
        } catch (KafkaException e) {
            return Finding.fault(
                    "topics",
                    "cannot be looked at: " + e.getMessage(),
                    "./anchorstream topics acls lists the rights that are needed");
        }
    }

    private Finding schemas(Cluster cluster) {
        List<String> missing = new ArrayList<>();
        for (TopicSpec topic : cluster.topics().all()) {
            if (topic.valueType() != null) {
                try {
                    cluster.registry().latest(topic.subject());
                } catch (RegistryException e) {
                    missing.add(topic.subject());
                }
            }
        }
        boolean automatic =
                Boolean.parseBoolean(settings.passedOn("registry").getOrDefault("auto.register.schemas", "true"));
        if (missing.isEmpty()) {
            return Finding.ok("schemas", "all are registered");
        }
        String detail = missing.size() + " not registered: " + String.join(", ", missing);
        return automatic
                ? Finding.ok("schemas", detail + "; the service registers them when it first writes")
                : Finding.fault("schemas", detail, "./anchorstream topics create --schemas registers them");
    }
}
