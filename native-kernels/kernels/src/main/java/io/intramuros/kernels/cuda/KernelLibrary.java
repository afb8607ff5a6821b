package io.intramuros.kernels.cuda;

import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.Kernel;
import io.intramuros.kernels.cuda.driver.KernelModule;
import io.intramuros.kernels.cuda.images.KernelFile;
import io.intramuros.kernels.cuda.images.KernelImages;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernels of one context, found by their names. */
final class KernelLibrary {
    /** The files of {@code src/main/cuda} that have kernels. */
    static final List<String> FILES = List.of(
            "all_reduce",
            "attention",
            "attention_prefill",
            "decode_bf16",
            "decode_plain",
            "decode_quantised",
            "elementwise",
            "embedding",
            "rotary",
            "sampling",
            "tile_linear");

    private final Map<String, Kernel> kernels = new HashMap<>();

    private KernelLibrary() {}

    /** Loads all kernels. */
    static KernelLibrary load(GpuContext context) {
        KernelLibrary library = new KernelLibrary();
        for (String name : FILES) {
            KernelFile file = KernelFile.read(name);
            KernelModule module = KernelImages.ofProcess().load(context, file);
            file.kernels().forEach(kernel -> library.kernels.put(kernel, module.kernel(kernel)));
        }
        return library;
    }

    Kernel kernel(String name) {
        Kernel kernel = kernels.get(name);
        if (kernel == null) {
            throw new IllegalArgumentException("there is no kernel " + name);
        }
        return kernel;
    }
}
