package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.anchorstream.service.export.EmbeddingExport;
import io.anchorstream.service.run.Role;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A mistake on the command line in two lines: what is wrong, and where to look. The usage text would push them away. */
final class WrongUsage implements CommandLine.IParameterExceptionHandler {
    /** Words for values of the wrong type. */
    static CommandLine prepare(CommandLine commandLine) {
        commandLine.registerConverter(int.class, WrongUsage::integer);
        commandLine.registerConverter(Integer.class, WrongUsage::integer);
        commandLine.registerConverter(Role.class, WrongUsage::role);
        commandLine.registerConverter(EmbeddingExport.Format.class, WrongUsage::format);
        return commandLine.setParameterExceptionHandler(new WrongUsage());
    }

    @Override
    public int handleParseException(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(command.getColorScheme().errorText("anchorstream: " + mistake.getMessage()));
        err.println(suggestion(mistake) + "\"./" + command.getCommandSpec().qualifiedName()
                + " --help\" says what there is");
        err.flush();
        return ExitCode.USAGE;
    }

    private static String suggestion(ParameterException mistake) {
        List<String> similar =
                mistake instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        return similar.isEmpty() ? "" : "did you mean " + String.join(" or ", similar) + "? ";
    }

    private static Integer integer(String text) {
        try {
            return Integer.valueOf(text.strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a whole number");
        }
    }

    private static EmbeddingExport.Format format(String text) {
        return Arrays.stream(EmbeddingExport.Format.values())
                .filter(format -> format.label().equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is not a format; there are "
                        + Arrays.stream(EmbeddingExport.Format.values())
                                .map(EmbeddingExport.Format::label)
                                .collect(Collectors.joining(", "))));
    }

    private static Role role(String text) {
        return Arrays.stream(Role.values())
                .filter(role -> role.label().equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is not a role; there are "
                        + Arrays.stream(Role.values()).map(Role::label).collect(Collectors.joining(", "))));
    }
}
