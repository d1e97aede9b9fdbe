package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.service.config.Settings;
import io.anchorstream.service.demo.DemoFolder;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.UnreachableException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The brokers a command talks to: those that are named, else those of the demo on a folder. */
final class DemoAddress {
    private static final Path STANDARD = Path.of("data", "demo");

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "of a demo: talk to that one (default: data/demo, when no broker is named)")
    private Optional<Path> data = Optional.empty();

    /** Where to, and by way of which demo. */
    record Found(Settings settings, Cluster cluster, Optional<DemoFolder> demo) {
        /** "the demo on FOLDER (process N)" while one is at work there. */
        Optional<String> living() throws IOException {
            return demo.isEmpty() ? Optional.empty() : demo.get().living();
        }

        /**
         * Asks broker and registry for a sign of life.
         *
         * @throws UnreachableException if they do not answer; says whether a demo is starting or none is there
         */
        void requireReachable() throws IOException {
            try {
                cluster.requireReachable();
            } catch (UnreachableException e) {
                if (demo.isEmpty()) {
                    throw e;
                }
                throw new UnreachableException(unreachable(demo.get(), living()));
            }
        }

        private static String unreachable(DemoFolder folder, Optional<String> living) {
            return living.map(demo -> demo + " is starting: its broker does not answer yet; ask again in a few seconds")
                    .orElseGet(() -> "no demo is running on " + folder.root() + "; start it with ./anchorstream demo"
                            + (folder.root().equals(STANDARD) ? "" : " --data " + folder.root())
                            + ", or name the brokers with --bootstrap-servers and the registry with --registry-url");
        }
    }

    /**
     * Resolves without asking any broker.
     *
     * @throws UnreachableException if no broker is named and no demo was ever started there
     */
    Found find() throws IOException {
        if (data.isEmpty()) {
            Settings given = config.settings();
            if (Cluster.isNamed(given)) {
                return new Found(given, Cluster.of(given), Optional.empty());
            }
        }
        DemoFolder folder = folder();
        Optional<String> living = folder.living();
        Map<String, String> addresses =
                folder.addresses().orElseThrow(() -> new UnreachableException(Found.unreachable(folder, living)));
        Settings settings = settings(folder, addresses);
        return new Found(settings, Cluster.of(settings), Optional.of(folder));
    }

    /** As {@link #find}, for a command that can do without brokers: those of a demo only while it is at work. */
    Settings settings() throws IOException {
        Settings given = config.settings();
        DemoFolder folder = folder();
        boolean demo =
                data.isPresent() || (!Cluster.isNamed(given) && folder.living().isPresent());
        return demo ? folder.addresses().map(at -> settings(folder, at)).orElse(given) : given;
    }

    private DemoFolder folder() {
        return new DemoFolder(data.orElse(STANDARD));
    }

    private Settings settings(DemoFolder folder, Map<String, String> addresses) {
        Map<String, String> known = new HashMap<>(folder.topics());
        if (data.isPresent()) {
            return config.settings(known, addresses); // a folder that was named outright wins over everything
        }
        known.putAll(addresses);
        return config.settings(known, Map.of());
    }
}
