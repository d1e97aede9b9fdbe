package io.anchorstream.service.run;

import java.util.Locale;
import java.util.Optional;

import io.anchorstream.topology.training.TrainingLoop;
import io.anchorstream.topology.training.TrainingStatus;

/** The training loop as a role. It begins again by itself after an exception; only an error ends it. */
final class TrainRole implements RunningRole {
    private final TrainingLoop loop;

    TrainRole(TrainingLoop loop) {
        this.loop = loop;
    }

    TrainingStatus status() {
        return loop.status();
    }

    @Override
    public String name() {
        return "train";
    }

    @Override
    public String state() {
        TrainingStatus status = loop.status();
        String phase = status.phase().name().toLowerCase(Locale.ROOT);
        return status.note().isEmpty() ? phase : phase + " (" + status.note() + ")";
    }

    @Override
    public boolean ready() {
        return loop.status().phase() != TrainingStatus.Phase.FAILED;
    }

    @Override
    public Optional<Throwable> failure() {
        return loop.failure();
    }

    @Override
    public void close() {
        loop.close();
    }
}
