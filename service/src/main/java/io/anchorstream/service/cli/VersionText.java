package io.anchorstream.service.cli;

import java.util.Optional;

import picocli.CommandLine.IVersionProvider;

final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(VersionText.class.getPackage().getImplementationVersion())
                .orElse("development build");
        return new String[] {
            "anchorstream " + version, "Java " + Runtime.version() + ", " + System.getProperty("os.name")
        };
    }
}
