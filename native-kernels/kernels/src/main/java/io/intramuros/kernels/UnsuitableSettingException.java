package io.intramuros.kernels;

/** A setting does not suit the model or the machine. The message says why, in one line, and what would. */
public final class UnsuitableSettingException extends IllegalArgumentException {
    public UnsuitableSettingException(String message) {
        super(message);
    }

    public UnsuitableSettingException(String message, Throwable cause) {
        super(message, cause);
    }
}
