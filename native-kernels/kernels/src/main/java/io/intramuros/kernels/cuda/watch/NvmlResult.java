package io.intramuros.kernels.cuda.watch;

/** What a call of the management library came to; only the results that are treated apart have a name. */
final class NvmlResult {
    static final int SUCCESS = 0;
    static final int NOT_SUPPORTED = 3;
    static final int FUNCTION_NOT_FOUND = 13;
    static final int GPU_IS_LOST = 15;
    static final int RESET_REQUIRED = 16;
    static final int GPU_NOT_FOUND = 28;

    private NvmlResult() {}

    /** Whether a card never tells this value, which is nothing to complain about. */
    static boolean neverTold(int result) {
        return result == NOT_SUPPORTED || result == FUNCTION_NOT_FOUND;
    }

    /** Whether the card answers nothing any more. */
    static boolean lost(int result) {
        return result == GPU_IS_LOST || result == RESET_REQUIRED || result == GPU_NOT_FOUND;
    }
}
