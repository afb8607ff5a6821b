package io.intramuros.engine.tokenizer;

/** A tokenizer's description is damaged or of a kind this engine does not run. */
public final class TokenizerFormatException extends Exception {
    private final String part;

    /**
     * Made from the part at fault and the reason.
     *
     * @param part the key at fault, {@code null} for the whole
     * @param reason what is wrong
     */
    public TokenizerFormatException(String part, String reason) {
        super(reason);
        this.part = part;
    }

    /** The key at fault, or {@code null}. */
    public String part() {
        return part;
    }
}
