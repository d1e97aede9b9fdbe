package io.anchorstream.service.doctor;

/**
 * What one check found.
 *
 * @param check what was looked at
 * @param detail what was seen
 * @param fix what to do about it; empty when there is nothing to do
 */
public record Finding(String check, Verdict verdict, String detail, String fix) {
    /** How bad it is. */
    public enum Verdict {
        OK,
        /** Works, but not as well as it could. */
        WARNING,
        /** The service will not run like this. */
        FAULT,
        /** Could not be looked at. */
        SKIPPED
    }

    static Finding ok(String check, String detail) {
        return new Finding(check, Verdict.OK, detail, "");
    }

    static Finding warning(String check, String detail, String fix) {
        return new Finding(check, Verdict.WARNING, detail, fix);
    }

    static Finding fault(String check, String detail, String fix) {
        return new Finding(check, Verdict.FAULT, detail, fix);
    }

    static Finding skipped(String check, String detail) {
        return new Finding(check, Verdict.SKIPPED, detail, "");
    }
}
