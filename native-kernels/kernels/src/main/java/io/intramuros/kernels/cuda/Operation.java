package io.intramuros.kernels.cuda;

import io.intramuros.kernels.RmsNorm;
import io.intramuros.kernels.Rope;

/**
 * One operation of a step, noted when the engine asks for it and run by every rank when its result is wanted. Equal
 * operations on equal shapes are the same work, which is how a captured graph is found again.
 */
sealed interface Operation {
    /** A weight of the layer that it is of, or {@code null} if it uses none. */
    CudaWeight weight();

    record Embed(CudaWeight table, CudaActivations out) implements Operation {
        @Override
        public CudaWeight weight() {
            return table;
        }
    }

    record QueryKeyValue(
            CudaActivations hidden,
            RmsNorm norm,
            CudaWeight query,
            CudaWeight key,
            CudaWeight value,
            CudaWeight queryBias,
            CudaWeight keyBias,
            CudaWeight valueBias,
            CudaActivations q,
            CudaActivations k,
            CudaActivations v)
            implements Operation {
        @Override
        public CudaWeight weight() {
            return query;
        }
    }

    record RotateAndStore(
            int layer,
            Rope rope,
            RmsNorm queryNorm,
            RmsNorm keyNorm,
            CudaActivations q,
            CudaActivations k,
            CudaActivations v,
            CudaKvStore cache)
            implements Operation {
        @Override
        public CudaWeight weight() {
            RmsNorm norm = queryNorm != null ? queryNorm : keyNorm;
            return norm == null ? null : (CudaWeight) norm.gain();
        }
    }

    record Attend(int layer, float scale, CudaActivations q, CudaKvStore cache, CudaActivations out)
            implements Operation {
        @Override
        public CudaWeight weight() {
            return null;
        }
    }

    record ProjectAdd(CudaActivations in, CudaWeight weight, CudaActivations residual) implements Operation {}

    record GatedUp(CudaActivations hidden, RmsNorm norm, CudaWeight gate, CudaWeight up, CudaActivations out)
            implements Operation {
        @Override
        public CudaWeight weight() {
            return gate;
        }
    }
}
