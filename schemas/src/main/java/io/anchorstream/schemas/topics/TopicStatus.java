package io.anchorstream.schemas.topics;

import java.util.List;

/** What the admin step found or did about one topic. */
public sealed interface TopicStatus {

    TopicSpec spec();

    /** One line for an operator. */
    String describe();

    /** The topic was not there and has been created. */
    record Created(TopicSpec spec) implements TopicStatus {
        @Override
        public String describe() {
            return "created    " + spec.name() + " (" + spec.partitions() + " partitions)";
        }
    }

    private static String partitions(TopicSpec spec) {
        return spec.partitions() + (spec.partitions() == 1 ? " partition" : " partitions");
    }

    /** The topic is not there. */
    record Missing(TopicSpec spec) implements TopicStatus {
        @Override
        public String describe() {
            return "missing    " + spec.name() + " (" + TopicStatus.partitions(spec) + ")";
        }
    }

    /** The topic is as the catalogue wants it. */
    record Exists(TopicSpec spec) implements TopicStatus {
        @Override
        public String describe() {
            return "exists     " + spec.name() + " (" + TopicStatus.partitions(spec) + ")";
        }
    }

    /** The topic is there but not as the catalogue wants it; it was left alone. */
    record Differs(TopicSpec spec, List<Difference> differences) implements TopicStatus {
        public Differs {
            differences = List.copyOf(differences);
        }

        /** True when state or joins would be wrong, not just retention. */
        public boolean blocking() {
            return differences.stream().anyMatch(Difference::blocking);
        }

        @Override
        public String describe() {
            StringBuilder line = new StringBuilder("differs    ").append(spec.name());
            for (Difference difference : differences) {
                line.append("\n             ").append(difference.describe(spec.name()));
            }
            return line.toString();
        }
    }

    /**
     * One setting that is not as wanted.
     *
     * @param setting {@code partitions} or the name of a topic setting
     * @param blocking true when the service cannot work correctly with it
     */
    record Difference(String setting, String wanted, String found, boolean blocking) {
        String describe(String topic) {
            String what = setting + " is " + found + ", wanted " + wanted;
            return setting.equals("partitions")
                    ? what + ": set the partition count in the configuration to " + found + ", or use another prefix"
                    : what + ": kafka-configs --alter --topic " + topic + " --add-config " + setting + "=" + wanted;
        }
    }
}
