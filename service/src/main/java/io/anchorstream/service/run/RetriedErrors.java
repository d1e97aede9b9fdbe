package io.anchorstream.service.run;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Keeps off the console what Kafka's producer puts right by itself: when the first of several requests in flight has to
 * wait for the transaction before it, those behind it are refused as out of order and sent again (KIP-890). The log file
 * has them all.
 */
public final class RetriedErrors extends Filter<ILoggingEvent> {
    private static final String REFUSED = "OutOfOrderSequenceException";
    private static final String RETRYING = "OUT_OF_ORDER_SEQUENCE_NUMBER";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        boolean refused = thrown != null && thrown.getClassName().endsWith(REFUSED);
        return refused || event.getFormattedMessage().contains(RETRYING) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
