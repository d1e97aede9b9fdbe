package io.anchorstream.service.cli;

/** How the program ends; shown by {@code anchorstream --help}. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;

    /** Something failed; the last line says what and what to do. */
    static final int FAILED = 1;

    /** The command line or the configuration is wrong; nothing was done. */
    static final int USAGE = 2;

    /** Done, but some items were left out or are sure to become dead letters; the first of them were named. */
    static final int REFUSALS = 3;

    /** Of {@code status}: it answered, and something needs a look. */
    static final int ATTENTION = 4;

    private ExitCode() {}
}
