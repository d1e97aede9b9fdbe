package io.anchorstream.topology.labelling;

/**
 * A text that may be looked at a bounded number of times. {@code java.util.regex} can take exponential time on an
 * unlucky pattern and text; reading through this view stops it.
 */
final class TextBudget implements CharSequence {
    private static final int LOOKS = 500_000;

    private final String text;
    private int left = LOOKS;

    TextBudget(String text) {
        this.text = text;
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        left--;
        if (left < 0) {
            throw new ExceededException();
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }

    /** The pattern backtracks too much on this text. */
    static final class ExceededException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ExceededException() {
            super("the pattern looked at the text more than " + LOOKS + " times", null, false, false);
        }
    }
}
