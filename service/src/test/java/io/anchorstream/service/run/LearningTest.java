package io.anchorstream.service.run;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.topology.training.TrainingSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LearningTest {
    @Test
    void takesTheLoopsSettingsFromTheConfiguration() {
        TrainingSettings settings = settings(Map.of(
                Keys.PREFETCH_BATCHES.name(), "7",
                Keys.STEPS_PER_VERSION.name(), "11",
                Keys.KEEP_VERSIONS.name(), "13",
                Keys.HOLDOUT_ITEMS.name(), "117"));

        assertThat(settings.queue()).isEqualTo(7);
        assertThat(settings.stepsPerVersion()).isEqualTo(11);
        assertThat(settings.keepVersions()).isEqualTo(13);
        assertThat(settings.holdoutItems()).isEqualTo(117);
    }

    @Test
    void readsAheadAsFarAsTheLoopDoesByItself() {
        TrainingSettings standard =
                TrainingSettings.defaults(Learning.config(resolve(Map.of())), Path.of("checkpoints"));

        assertThat(settings(Map.of()).queue()).isEqualTo(standard.queue());
    }

    private static TrainingSettings settings(Map<String, String> values) {
        ModelRuntime runtime = (ModelRuntime) Proxy.newProxyInstance(
                LearningTest.class.getClassLoader(),
                new Class<?>[] {ModelRuntime.class},
                (proxy, method, arguments) -> Map.of("engine", "none"));
        return Learning.settings(resolve(values), Path.of("checkpoints"), "test", runtime);
    }

    private static Settings resolve(Map<String, String> values) {
        return Settings.resolve(Keys.all(), List.of(new Settings.Layer("test", values)));
    }
}
