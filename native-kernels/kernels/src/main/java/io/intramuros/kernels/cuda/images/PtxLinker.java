package io.intramuros.kernels.cuda.images;

import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;
import java.nio.charset.StandardCharsets;

/** Has the driver compile the PTX; that needs nothing but the driver. */
final class PtxLinker implements ImageMaker {
    @Override
    public String name() {
        return "the driver";
    }

    @Override
    public boolean serves(Gpu gpu) {
        return true;
    }

    @Override
    public String input(KernelFile file) {
        return file.ptx();
    }

    @Override
    public byte[] make(KernelFile file, GpuContext context) {
        return context.link((input(file) + '\0').getBytes(StandardCharsets.US_ASCII));
    }
}
