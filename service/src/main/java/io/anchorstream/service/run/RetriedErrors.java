package io.anchorstream.service.run;

import java.util.List;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Keeps off the console what Kafka puts right by itself; the log file has it all. Only Kafka's own lines are looked at:
 * when it could not put things right, a role fails and says so itself.
 *
 * <ul>
 *   <li>When the first of several requests in flight has to wait for the transaction before it, those behind it are
 *       refused as out of order and sent again (KIP-890).
 *   <li>After a crash a task's local state is ahead of what was committed: it is dropped and restored from its changelog.
 * </ul>
 */
public final class RetriedErrors extends Filter<ILoggingEvent> {
    private static final String KAFKA = "org.apache.kafka.";
    private static final List<String> REPAIRED = List.of(
            "OutOfOrderSequenceException",
            "OUT_OF_ORDER_SEQUENCE_NUMBER",
            "TaskCorruptedException",
            "did not find checkpoint offsets");

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (!event.getLoggerName().startsWith(KAFKA)) {
            return FilterReply.NEUTRAL;
        }
        IThrowableProxy thrown = event.getThrowableProxy();
        String text = event.getFormattedMessage() + (thrown == null ? "" : ' ' + thrown.getClassName());
        return REPAIRED.stream().anyMatch(text::contains) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
