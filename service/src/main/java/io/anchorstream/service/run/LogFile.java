package io.anchorstream.service.run;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the log to a file beside the data, once it is known where that is: at most five files of 10 MB. */
public final class LogFile {
    private static final String PATTERN = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{36} %msg%n";

    private LogFile() {}

    /** Opens the file; returns its path. */
    public static Path open(Path folder) {
        Path file = folder.resolve("anchorstream.log");
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
            appender.setName("file");
            appender.setContext(context);
            appender.setFile(file.toString());
            appender.setEncoder(encoder(context));
            FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
            window.setContext(context);
            window.setParent(appender);
            window.setFileNamePattern(folder.resolve("anchorstream.%i.log").toString());
            window.setMinIndex(1);
            window.setMaxIndex(4);
            window.start();
            SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
            size.setContext(context);
            size.setMaxFileSize(FileSize.valueOf("10MB"));
            size.start();
            appender.setRollingPolicy(window);
            appender.setTriggeringPolicy(size);
            appender.start();
            context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        }
        return file;
    }

    private static PatternLayoutEncoder encoder(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.start();
        return encoder;
    }
}
