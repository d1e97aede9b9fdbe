package io.anchorstream.service.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description =
                "Prints a completion script for bash and zsh: source <(anchorstream completion); the same for both",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
    private static final List<String> SHELLS = List.of("bash", "zsh");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "bash|zsh", description = "the shell (default: either)")
    private Optional<String> shell = Optional.empty();

    @Override
    public Integer call() {
        if (shell.filter(name -> !SHELLS.contains(name)).isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "there is completion for bash and zsh, not for " + shell.get());
        }
        CommandSpec root = spec.root();
        spec.commandLine().getOut().print(AutoComplete.bash(root.name(), root.commandLine()));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
