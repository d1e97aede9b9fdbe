package io.anchorstream.topology.versions;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;

/**
 * Decides what an operator's command does to the versions. Pure: the same history and command give the same events.
 *
 * <p>A rollback returns service and training to the version it names: training goes on from that version's weights,
 * behind the batches that were trained on before the rollback, since the same batches would lead to the same place. It
 * pins that version, or leaves the way free for a later one that passes the gate, as configured. A refused command is
 * answered as well, by the unchanged version in service; so each command is answered by exactly one transaction, and
 * never again after a restart.
 */
public final class CommandDesk {
    private final boolean rollbackPins;

    /** @param rollbackPins whether a rollback holds until an UNPIN; else a later version that passes the gate ends it */
    public CommandDesk(boolean rollbackPins) {
        this.rollbackPins = rollbackPins;
    }

    /**
     * @param events the transitions to publish, in order, in one transaction
     * @param accepted whether the command was carried out
     * @param answer what was done, or why not, in a sentence
     */
    public record Answer(List<ModelVersion> events, boolean accepted, String answer) {}

    /**
     * Answers a command.
     *
     * @param position next offsets of {@code training.batches} by topic-partition: all before them was trained on
     * @param commandOffset next offset of {@code model.commands} once the command is answered
     * @param now ms since the epoch
     */
    public Answer answer(
            VersionHistory history, ModelCommand command, Map<String, Long> position, long commandOffset, long now) {
        ModelVersion serving = history.serving()
                .orElseThrow(() -> new IllegalStateException("commands are answered once version 0 is published"));
        Desk desk = new Desk(history, command, serving, position, rollbackPins);
        Optional<String> refusal = desk.decide();
        List<ModelVersion> events = refusal.isEmpty() ? desk.events : new ArrayList<>();
        String answer = refusal.map(why -> command.getCommand() + " refused: " + why)
                .orElse(command.getCommand() + " by " + issuer(command) + ": " + desk.done);
        if (events.isEmpty()) {
            events.add(Events.copy(serving, new ModelVersion()));
        }
        for (ModelVersion event : events) {
            event.setCommand(command.getId());
            event.setCommandOffset(commandOffset);
            event.setAnswer(answer);
            event.setRefused(refusal.isPresent());
            event.setTimestamp(now);
        }
        return new Answer(List.copyOf(events), refusal.isEmpty(), answer);
    }

    private static String issuer(ModelCommand command) {
        return command.getIssuer().isBlank() ? "an unnamed operator" : command.getIssuer();
    }

    /** One command on its way. */
    private static final class Desk {
        private final VersionHistory history;
        private final ModelCommand command;
        private final ModelVersion serving;
        private final Map<String, Long> position;
        private final boolean rollbackPins;
        private final List<ModelVersion> events = new ArrayList<>();
        private String done = "";

        Desk(
                VersionHistory history,
                ModelCommand command,
                ModelVersion serving,
                Map<String, Long> position,
                boolean rollbackPins) {
            this.history = history;
            this.command = command;
            this.serving = serving;
            this.position = position;
            this.rollbackPins = rollbackPins;
        }

        Optional<String> decide() {
            return switch (command.getCommand()) {
                case PROMOTE -> promote(false);
                case ROLLBACK -> promote(rollbackPins);
                case PIN -> pin();
                case UNPIN -> change(serving.getPinned(), "nothing is pinned", false, serving.getPaused());
                case PAUSE -> change(!serving.getPaused(), "training is paused already", serving.getPinned(), true);
                case RESUME -> change(serving.getPaused(), "training is not paused", serving.getPinned(), false);
                case REJECT -> reject();
                case UNKNOWN -> Optional.of("this program does not know the command; upgrade it");
            };
        }

        private Optional<String> promote(boolean pin) {
            boolean rollback = command.getCommand() == CommandType.ROLLBACK;
            Optional<ModelVersion> target = command.getVersion() == null
                    ? (rollback ? history.beforeServing() : Optional.empty())
                    : history.version(command.getVersion());
            if (target.isEmpty()) {
                return Optional.of(
                        command.getVersion() == null
                                ? "no version is named and there is none to return to; name one"
                                : "version " + command.getVersion() + " is not known");
            }
            ModelVersion chosen = target.get();
            if (chosen.getVersion() == serving.getVersion()) {
                return rollback || serving.getOrdered()
                        ? Optional.of("version " + chosen.getVersion() + " is in service already")
                        : takeUpNow();
            }
            if (chosen.getState() == VersionState.RETIRED) {
                return Optional.of("version " + chosen.getVersion() + " is retired: its weights are gone");
            }
            ModelVersion next = Events.copy(chosen, new ModelVersion());
            next.setState(VersionState.PROMOTED);
            next.setGeneration(history.nextGeneration());
            next.setOrdered(true);
            next.setPinned(pin);
            next.setPaused(serving.getPaused());
            next.setGateReason(gateReason(chosen));
            next.setReason("In service by order of " + issuer(command) + " ("
                    + command.getCommand().name().toLowerCase(Locale.ROOT) + "), instead of version "
                    + serving.getVersion() + ".");
            events.add(next);
            done = "version " + chosen.getVersion() + " takes the place of version " + serving.getVersion()
                    + " as generation " + history.nextGeneration() + (pin ? ", pinned" : "");
            if (rollback) {
                next.setResumeAfter(history.newest().orElseThrow().getVersion());
                next.setResumeOffsets(position);
                done += "; training goes on from version " + chosen.getVersion();
                ModelVersion left = Events.copy(serving, new ModelVersion());
                left.setState(VersionState.ROLLED_BACK);
                left.setGeneration(-1);
                left.setOrdered(false);
                left.setPinned(false);
                left.setPaused(false);
                left.setGateReason(gateReason(serving));
                left.setReason("Rolled back to version " + chosen.getVersion() + " by " + issuer(command) + ".");
                events.add(left); // after the promotion: one version is in service at every instant
            }
            return Optional.empty();
        }

        /** What the gate said stays, however often the version is commanded. */
        private static String gateReason(ModelVersion event) {
            return event.getGateReason().isEmpty() ? event.getReason() : event.getGateReason();
        }

        /** The gate's choice becomes an order: a refresh of another version gives way to it. */
        private Optional<String> takeUpNow() {
            ModelVersion ordered = Events.copy(serving, new ModelVersion());
            ordered.setOrdered(true);
            events.add(ordered);
            done = "version " + serving.getVersion() + " is in service already and is embedded for at once";
            return Optional.empty();
        }

        private Optional<String> pin() {
            if (command.getVersion() != null && command.getVersion() != serving.getVersion()) {
                return promote(true);
            }
            Optional<String> refusal = change(
                    !serving.getPinned(),
                    "version " + serving.getVersion() + " is pinned already",
                    true,
                    serving.getPaused());
            events.forEach(event -> event.setOrdered(true)); // a refresh of another version gives way
            return refusal;
        }

        private Optional<String> change(boolean allowed, String otherwise, boolean pinned, boolean paused) {
            if (!allowed) {
                return Optional.of(otherwise);
            }
            ModelVersion changed = Events.copy(serving, new ModelVersion());
            changed.setPinned(pinned);
            changed.setPaused(paused);
            events.add(changed);
            done = "version " + serving.getVersion() + " is " + (pinned ? "pinned" : "not pinned") + ", training is "
                    + (paused ? "paused" : "running");
            return Optional.empty();
        }

        private Optional<String> reject() {
            Optional<ModelVersion> target =
                    command.getVersion() == null ? Optional.empty() : history.version(command.getVersion());
            if (target.isEmpty()) {
                return Optional.of("name a known version to reject");
            }
            ModelVersion event = Events.copy(target.get(), new ModelVersion());
            event.setState(VersionState.REJECTED);
            event.setGeneration(-1);
            event.setGateReason(gateReason(target.get()));
            event.setReason("Rejected by " + issuer(command) + ".");
            Optional<String> refusal = history.refusal(event);
            if (refusal.isEmpty()) {
                events.add(event);
                done = "version " + event.getVersion() + " is rejected";
            }
            return refusal;
        }
    }
}
