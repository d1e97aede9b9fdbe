package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Access;
import io.anchorstream.service.run.Cluster;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "acls",
        description = "Prints the least rights each role needs on the brokers, as kafka-acls commands or JSON. Asks no"
                + " broker.",
        mixinStandardHelpOptions = true)
final class AclsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--for",
            split = ",",
            paramLabel = "WHO",
            description = "which of label, train, embed, index, ingest, operator, consumer (default: all)")
    private List<String> who = new ArrayList<>();

    @Option(
            names = "--principal",
            paramLabel = "TYPE:NAME",
            description = "who gets the rights; {who} stands for the role (default ${DEFAULT-VALUE})")
    private String principal = "User:anchorstream-{who}";

    @Option(names = "--json", description = "for programs: one JSON object")
    private boolean json;

    /** One rule as {@code --json} shows it. */
    private record Rule(String principal, String resource, String name, String pattern, String operation) {
        static Rule of(AclBinding binding) {
            return new Rule(
                    binding.entry().principal(),
                    binding.pattern().resourceType().name(),
                    binding.pattern().name(),
                    binding.pattern().patternType().name(),
                    binding.entry().operation().name());
        }
    }

    @Override
    public Integer call() {
        Settings settings = config.settings();
        Map<String, Access> all = Access.of(Cluster.topicsOf(settings), settings);
        for (String name : who) {
            if (!all.containsKey(name)) {
                throw new Refusal("--for: there is no " + name + "; it is one of " + String.join(", ", all.keySet()));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        Map<String, List<Rule>> rules = new LinkedHashMap<>();
        all.forEach((name, access) -> {
            if (who.isEmpty() || who.contains(name)) {
                List<AclBinding> bindings = access.bindings(principal.replace("{who}", name));
                rules.put(name, bindings.stream().map(Rule::of).toList());
                if (!json) {
                    out.println("# " + name);
                    bindings.forEach(binding -> out.println(command(binding)));
                }
            }
        });
        if (json) {
            out.println(JsonText.of(rules));
        }
        return ExitCode.OK;
    }

    private static String command(AclBinding binding) {
        String option =
                binding.pattern().resourceType().name().toLowerCase(Locale.ROOT).replace('_', '-');
        String operation = binding.entry().operation().name();
        return "kafka-acls --bootstrap-server \"$BROKERS\" --command-config admin.properties --add --allow-principal "
                + binding.entry().principal() + " --operation " + camel(operation) + " --" + option + " "
                + binding.pattern().name()
                + (binding.pattern().patternType() == PatternType.PREFIXED ? " --resource-pattern-type prefixed" : "");
    }

    /** {@code DESCRIBE_CONFIGS} as kafka-acls writes it: {@code DescribeConfigs}. */
    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (String word : name.split("_")) {
            camel.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return camel.toString();
    }
}
