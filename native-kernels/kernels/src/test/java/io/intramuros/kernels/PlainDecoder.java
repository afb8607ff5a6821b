package io.intramuros.kernels;

/**
 * What each operation means, written from its formula in doubles and shared with no backend. Matrices are rows of
 * doubles.
 */
final class PlainDecoder {
    private PlainDecoder() {}

    /** {@code x·Wᵀ + bias}; the bias may be {@code null}. */
    static double[][] linear(double[][] x, double[][] w, double[] bias) {
        double[][] out = new double[x.length][w.length];
        for (int t = 0; t < x.length; t++) {
            for (int r = 0; r < w.length; r++) {
                double sum = bias == null ? 0 : bias[r];
                for (int c = 0; c < w[r].length; c++) {
                    sum += x[t][c] * w[r][c];
                }
                out[t][r] = sum;
            }
        }
        return out;
    }

    /** Root-mean-square normalisation of every row. */
    static double[][] norm(double[][] x, double[] gain, double epsilon) {
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            out[t] = x[t].clone();
            norm(out[t], 0, x[t].length, gain, epsilon);
        }
        return out;
    }

    private static void norm(double[] x, int at, int n, double[] gain, double epsilon) {
        double squares = 0;
        for (int i = 0; i < n; i++) {
            squares += x[at + i] * x[at + i];
        }
        for (int i = 0; i < n; i++) {
            x[at + i] *= gain[i] / Math.sqrt(squares / n + epsilon);
        }
    }

    /** Norms each head where a gain is given, then rotates it by the row's position. */
    static double[][] rotate(double[][] x, int[] positions, int dim, Rope rope, double[] gain, double epsilon) {
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] row = x[t].clone();
            for (int head = 0; head < row.length; head += dim) {
                if (gain != null) {
                    norm(row, head, dim, gain, epsilon);
                }
                for (int i = 0; i < dim / 2; i++) {
                    double angle = (double) positions[t] * rope.inverseFrequencies()[i];
                    boolean halves = rope.pairing() == Rope.Pairing.HALVES;
                    int first = head + (halves ? i : 2 * i);
                    int second = head + (halves ? i + dim / 2 : 2 * i + 1);
                    double a = row[first];
                    double b = row[second];
                    row[first] = a * Math.cos(angle) - b * Math.sin(angle);
                    row[second] = a * Math.sin(angle) + b * Math.cos(angle);
                }
            }
            out[t] = row;
        }
        return out;
    }

    /** Attention of one token over the keys and values of its sequence, itself last. */
    static double[] attend(double[] q, double[][] keys, double[][] values, int tokens, int dim, double scale) {
        int heads = q.length / dim;
        int kvHeads = keys[0].length / dim;
        double[] out = new double[q.length];
        for (int h = 0; h < heads; h++) {
            int kv = h * kvHeads / heads * dim;
            double[] weights = new double[tokens];
            double total = 0;
            for (int j = 0; j < tokens; j++) {
                double score = 0;
                for (int e = 0; e < dim; e++) {
                    score += q[h * dim + e] * keys[j][kv + e];
                }
                weights[j] = Math.exp(score * scale);
                total += weights[j];
            }
            for (int j = 0; j < tokens; j++) {
                for (int e = 0; e < dim; e++) {
                    out[h * dim + e] += weights[j] / total * values[j][kv + e];
                }
            }
        }
        return out;
    }

    /** {@code silu(gate) ⊙ up}. */
    static double[][] gated(double[][] gate, double[][] up) {
        double[][] out = new double[gate.length][gate[0].length];
        for (int t = 0; t < gate.length; t++) {
            for (int i = 0; i < gate[t].length; i++) {
                out[t][i] = gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
            }
        }
        return out;
    }

    /** Natural log-probabilities of a row of logits. */
    static double[] logSoftmax(double[] logits) {
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit);
        }
        double[] out = new double[logits.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = logits[i] - Math.log(sum);
        }
        return out;
    }
}
