package io.intramuros.kernels.cuda.images;

import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.Nvrtc;
import java.util.TreeMap;

/** Compiles the sources by NVRTC for exactly the GPU's compute capability. */
final class SourceCompiler implements ImageMaker {
    private final Nvrtc nvrtc;

    SourceCompiler(Nvrtc nvrtc) {
        this.nvrtc = nvrtc;
    }

    @Override
    public String name() {
        return "NVRTC " + nvrtc.version();
    }

    @Override
    public boolean serves(Gpu gpu) {
        return nvrtc.supports(gpu.major(), gpu.minor());
    }

    @Override
    public String input(KernelFile file) {
        StringBuilder all = new StringBuilder();
        file.options().forEach(option -> all.append(option).append('\0'));
        new TreeMap<>(file.headers())
                .forEach((name, text) ->
                        all.append(name).append('\0').append(text).append('\0'));
        return all.append(file.source()).toString();
    }

    @Override
    public byte[] make(KernelFile file, GpuContext context) {
        Gpu gpu = context.gpu();
        return nvrtc.compile(
                file.name() + ".cu", file.source(), file.headers(), file.options(), gpu.major(), gpu.minor());
    }
}
