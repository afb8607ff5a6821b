package io.intramuros.engine;

/**
 * How fast an engine may work, and why.
 *
 * @param speed the speed
 * @param detail one sentence for an administrator: what holds it back; blank at full speed
 */
public record EnginePace(Speed speed, String detail) {
    /** Nothing holds the engine back. */
    public static final EnginePace FULL = new EnginePace(Speed.FULL, "");

    /** From fast to slow. */
    public enum Speed {
        /** As the engine's settings say. */
        FULL,
        /** Half as many requests at once, and half as many tokens in a step. */
        SLOW,
        /** Requests in the batch are answered to their end, and no others are taken. */
        DRAINING
    }
}
