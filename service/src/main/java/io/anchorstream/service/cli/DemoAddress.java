package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.service.config.Keys;
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
                    .orElseGet(() -> AtRest.of(folder).toString());
        }
    }

    /** That no demo is at work on a folder, and what to do about it. */
    record AtRest(String what, String remedy) {
        private static AtRest of(DemoFolder folder) {
            return new AtRest(
                    (folder.addresses().isPresent() ? "no demo is running on " : "no demo ever ran on ")
                            + folder.root(),
                    "start it with ./anchorstream demo"
                            + (folder.root().equals(STANDARD) ? "" : " --data " + folder.root())
                            + ", name the folder of another one with --data, or the brokers with"
                            + " --bootstrap-servers and the registry with --registry-url");
        }

        @Override
        public String toString() {
            return what + "; " + remedy;
        }
    }

    /** Empty unless a folder is named that no demo works on. */
    Optional<AtRest> atRest() throws IOException {
        DemoFolder folder = folder();
        return data.isEmpty() || folder.living().isPresent() ? Optional.empty() : Optional.of(AtRest.of(folder));
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
        Settings settings = settings(folder, addresses(folder));
        return new Found(settings, Cluster.of(settings), Optional.of(folder));
    }

    /**
     * As {@link #find}, for a command that can do without brokers: those of a demo only while it is at work.
     *
     * @throws UnreachableException if a folder is named and no demo was ever started there
     */
    Settings settings() throws IOException {
        DemoFolder folder = folder();
        if (data.isPresent()) {
            return settings(folder, addresses(folder));
        }
        Settings given = config.settings();
        return !Cluster.isNamed(given) && folder.living().isPresent()
                ? folder.addresses().map(at -> settings(folder, at)).orElse(given)
                : given;
    }

    private DemoFolder folder() {
        return new DemoFolder(data.orElse(STANDARD));
    }

    private static Map<String, String> addresses(DemoFolder folder) throws IOException {
        Optional<String> living = folder.living();
        return folder.addresses().orElseThrow(() -> new UnreachableException(Found.unreachable(folder, living)));
    }

    private Settings settings(DemoFolder folder, Map<String, String> addresses) {
        Map<String, String> known = new HashMap<>(folder.shared());
        known.putAll(addresses);
        known.put(Keys.DATA.name(), folder.root().toString());
        // What a folder that was named outright says wins over everything.
        return data.isPresent() ? config.settings(Map.of(), known) : config.settings(known, Map.of());
    }
}
