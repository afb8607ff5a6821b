package io.intramuros.kernels.cuda;

import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.Kernel;
import io.intramuros.kernels.cuda.driver.KernelModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernels of one context, found by their names. */
final class KernelLibrary {
    /** The files of {@code src/main/cuda} that have kernels. */
    private static final List<String> FILES = List.of(
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
        for (String file : FILES) {
            byte[] ptx = ptx(file);
            KernelModule module = context.load(Arrays.copyOf(ptx, ptx.length + 1));
            for (String name : entries(new String(ptx, StandardCharsets.US_ASCII))) {
                library.kernels.put(name, module.kernel(name));
            }
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

    private static byte[] ptx(String file) {
        try (InputStream in = KernelLibrary.class.getResourceAsStream("ptx/" + file + ".ptx")) {
            if (in == null) {
                throw new BackendUnavailableException("The backend cuda is not available: this build was made without"
                        + " the CUDA kernels; run native-kernels/kernels/bin/build-cuda and build again.");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new BackendUnavailableException("The backend cuda is not available: its kernels can't be read.", e);
        }
    }

    private static List<String> entries(String ptx) {
        List<String> names = new ArrayList<>();
        String mark = ".visible .entry ";
        for (int at = ptx.indexOf(mark); at >= 0; at = ptx.indexOf(mark, at + 1)) {
            int begin = at + mark.length();
            int end = ptx.indexOf('(', begin);
            names.add(ptx.substring(begin, end).strip());
        }
        return names;
    }
}
