package io.anchorstream.service.run;

import java.util.List;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Keeps off the console what Kafka puts right by itself; the log file has it all.
 *
 * <ul>
 *   <li>When the first of several requests in flight has to wait for the transaction before it, those behind it are
 *       refused as out of order and sent again (KIP-890).
 *   <li>After a crash a task's local state is ahead of what was committed: it is dropped and restored from its changelog.
 * </ul>
 */
public final class RetriedErrors extends Filter<ILoggingEvent> {
    private static final List<String> THROWN = List.of("OutOfOrderSequenceException", "TaskCorruptedException");
    private static final List<String> SAID =
            List.of("OUT_OF_ORDER_SEQUENCE_NUMBER", "TaskCorruptedException", "did not find checkpoint offsets");

    @Override
    public FilterReply decide(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        boolean repaired = thrown != null && THROWN.stream().anyMatch(thrown.getClassName()::endsWith);
        return repaired || SAID.stream().anyMatch(event.getFormattedMessage()::contains)
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
