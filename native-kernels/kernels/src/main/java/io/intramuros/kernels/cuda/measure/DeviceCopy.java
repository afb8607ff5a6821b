package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.GpuEvent;
import io.intramuros.kernels.cuda.driver.GpuStream;

/** How fast a GPU copies within its own memory: a limit that is reached in practice. */
final class DeviceCopy {
    private static final int COPIES = 10;

    private DeviceCopy() {}

    /** Bytes a second, read and written. */
    static double bandwidth(Gpu gpu, long bytes) {
        try (GpuContext context = new GpuContext(gpu)) {
            DeviceBuffer from = context.allocate(bytes);
            DeviceBuffer to = context.allocate(bytes);
            GpuStream stream = context.stream();
            GpuEvent begin = context.timedEvent();
            GpuEvent end = context.timedEvent();
            stream.zero(from, 0, bytes);
            stream.copy(from, 0, to, 0, bytes);
            stream.record(begin);
            for (int i = 0; i < COPIES; i++) {
                stream.copy(from, 0, to, 0, bytes);
            }
            stream.record(end);
            stream.synchronize();
            return 2.0 * COPIES * bytes / (1e-3 * end.millisSince(begin));
        }
    }
}
