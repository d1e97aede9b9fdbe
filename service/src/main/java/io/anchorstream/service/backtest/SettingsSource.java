package io.anchorstream.service.backtest;

import java.util.Map;

import io.anchorstream.service.config.Settings;

/** The configuration in force, with some keys set over everything else. */
@FunctionalInterface
public interface SettingsSource {
    Settings with(Map<String, String> flags);
}
