package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.util.regex.Pattern;

import io.anchorstream.service.config.ConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** One sentence for the user, the stack trace for the log. */
final class FailureReport implements CommandLine.IExecutionExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FailureReport.class);
    private static final Pattern FULL_STOP = Pattern.compile("(?<!\\.)\\.$");

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println(command.getColorScheme().errorText("anchorstream: " + sentence(failure)));
        if (failure instanceof Refusal || failure instanceof ConfigurationException) {
            return ExitCode.USAGE;
        }
        LOG.debug("command failed", failure);
        return ExitCode.FAILED;
    }

    static String sentence(Throwable failure) {
        StringBuilder sentence = new StringBuilder(describe(failure));
        for (Throwable cause = failure.getCause();
                cause != null && cause != cause.getCause();
                cause = cause.getCause()) {
            String next = describe(cause);
            if (sentence.indexOf(next) < 0) {
                if (FULL_STOP.matcher(sentence).find()) {
                    sentence.setLength(sentence.length() - 1);
                }
                sentence.append(": ").append(next);
            }
        }
        return sentence.toString();
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
