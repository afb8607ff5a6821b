package io.intramuros.kernels;

/** How a weight is divided among the devices of one tensor-parallel engine. A backend of one device ignores it. */
public enum Split {
    /** Every device holds all of it: norms and biases of undivided layers. */
    WHOLE,
    /** By outputs: each device computes some of the rows (query, key, value, gate, up, logits). */
    ROWS,
    /** By inputs: each device computes part of every sum, and the parts are added up (attention output, down). */
    COLUMNS
}
