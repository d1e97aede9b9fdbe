package io.anchorstream.service.config;

/** Writes {@code docs/configuration.md} from the declarations, so that the page cannot say anything else. */
public final class ConfigurationPage {
    private ConfigurationPage() {}

    /** The whole page as Markdown. */
    public static String markdown() {
        StringBuilder page = new StringBuilder();
        page.append("""
                # Configuration

                <!-- Generated from io.anchorstream.service.config.Keys: change it there, then run
                     ./anchorstream config docs --out docs/configuration.md -->

                Values come from, the later winning: the defaults below, `anchorstream.yaml` in the working directory (or
                `--config FILE`), the environment, `--set key=value` and a command's own flags. In YAML, nested maps and
                dotted names mean the same. An unknown key is an error. `./anchorstream config show` prints what is in
                force, and from where; secrets are hidden.

                Three sections go through to libraries as they are, by those libraries' own names:

                | section | goes to | example |
                |---|---|---|
                | `kafka.*` | every Kafka client, Streams included | `kafka.bootstrap.servers`, `kafka.security.protocol` |
                | `streams.*` | Kafka Streams of the label and embed roles | `streams.num.standby.replicas` |
                | `registry.*` | the schema registry client and the serdes | `registry.schema.registry.url`, `registry.basic.auth.user.info` |

                In the environment, `ANCHORSTREAM_KAFKA_BOOTSTRAP_SERVERS` is `kafka.bootstrap.servers`.
                """);
        for (Section section : Section.all()) {
            page.append("\n## ")
                    .append(section.title())
                    .append("\n\n")
                    .append(section.doc())
                    .append("\n\n");
            page.append("| key | default | value | what |\n|---|---|---|---|\n");
            for (ConfigKey<?> key : section.keys()) {
                page.append("| `")
                        .append(key.name())
                        .append("`<br>`")
                        .append(key.variable())
                        .append("` | ");
                page.append(key.standard().isEmpty() ? "" : "`" + key.standard() + "`");
                page.append(" | ").append(key.type().description()).append(" | ");
                page.append(key.doc()).append(" |\n");
            }
        }
        return page.toString();
    }
}
