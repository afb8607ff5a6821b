package io.intramuros.kernels.cuda;

/** A part of a rank's workspace: memory for steps up to some size. */
interface WorkspacePart {
    /** Whether it is large enough. */
    boolean serves(Workspace need);

    /** Gives its memory back. Nothing that is queued may use it any more. */
    void free();
}
