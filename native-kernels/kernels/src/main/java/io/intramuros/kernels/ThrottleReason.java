package io.intramuros.kernels;

/** Why a GPU's clocks are below what it could run at. */
public enum ThrottleReason {
    IDLE("idle"),
    CLOCK_SETTING("clocks set by an administrator"),
    POWER_CAP("power cap"),
    HARDWARE_SLOWDOWN("hardware slowdown"),
    SYNC_BOOST("kept in step with other GPUs"),
    THERMAL("heat"),
    HARDWARE_THERMAL("heat, by hardware"),
    POWER_BRAKE("power brake from outside"),
    DISPLAY_CLOCK("display clocks"),
    OTHER("another reason");

    private final String text;

    ThrottleReason(String text) {
        this.text = text;
    }

    /** The reason as an administrator reads it. */
    public String text() {
        return text;
    }
}
