package io.intramuros.kernels.cuda.driver;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;
import jcuda.nvrtc.nvrtcResult;

/** NVIDIA's compiler of CUDA C++, where its library is installed. It needs neither a GPU nor a driver. */
public final class Nvrtc {
    private final String version;
    private final int[] capabilities;

    /** A program that doesn't compile, or a compiler that doesn't work; the message has the compiler's own words. */
    public static final class CompilationException extends RuntimeException {
        private CompilationException(String message) {
            super(message);
        }
    }

    private Nvrtc() {
        JNvrtc.setExceptionsEnabled(false);
        int[] major = new int[1];
        int[] minor = new int[1];
        check(JNvrtc.nvrtcVersion(major, minor), "nvrtcVersion");
        version = major[0] + "." + minor[0];
        int[] count = new int[1];
        check(JNvrtc.nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
        capabilities = new int[count[0]];
        check(JNvrtc.nvrtcGetSupportedArchs(capabilities), "nvrtcGetSupportedArchs");
    }

    /** The compiler, or empty if {@link CudaLibraries#loadCompiler} finds none that can be used. */
    public static Optional<Nvrtc> open() {
        return opened(CudaLibraries.loadCompiler());
    }

    /** The compiler in a file, or empty if it can't be used. */
    public static Optional<Nvrtc> open(Path library) {
        return opened(CudaLibraries.loadCompiler(library));
    }

    private static Optional<Nvrtc> opened(Optional<String> fault) {
        return fault.isPresent() ? Optional.empty() : Optional.of(new Nvrtc());
    }

    /** Its release, such as {@code 12.9}. */
    public String version() {
        return version;
    }

    /** Whether it makes machine code for GPUs of this compute capability. */
    public boolean supports(int major, int minor) {
        int wanted = 10 * major + minor;
        return Arrays.stream(capabilities).anyMatch(capability -> capability == wanted);
    }

    /**
     * Compiles a file to machine code.
     *
     * @param name of the file, for messages
     * @param source its text
     * @param headers the texts of what it includes, by the names that it includes them by
     * @param options as on the command line
     * @param major compute capability of the GPU, {@linkplain #supports supported}
     * @param minor compute capability of the GPU
     * @return a cubin
     * @throws CompilationException if it doesn't compile
     */
    public byte[] compile(
            String name, String source, Map<String, String> headers, List<String> options, int major, int minor) {
        nvrtcProgram program = new nvrtcProgram();
        List<Map.Entry<String, String>> included = List.copyOf(headers.entrySet());
        check(
                JNvrtc.nvrtcCreateProgram(
                        program,
                        source,
                        name,
                        included.size(),
                        included.stream().map(Map.Entry::getValue).toArray(String[]::new),
                        included.stream().map(Map.Entry::getKey).toArray(String[]::new)),
                "nvrtcCreateProgram of " + name);
        try {
            String[] all = Stream.concat(options.stream(), Stream.of("--gpu-architecture=sm_" + (10 * major + minor)))
                    .toArray(String[]::new);
            int answer = JNvrtc.nvrtcCompileProgram(program, all.length, all);
            if (answer != nvrtcResult.NVRTC_SUCCESS) {
                throw new CompilationException(
                        name + " doesn't compile: " + nvrtcResult.stringFor(answer) + " " + log(program));
            }
            long[] bytes = new long[1];
            check(JNvrtc.nvrtcGetCUBINSize(program, bytes), "nvrtcGetCUBINSize of " + name);
            byte[] cubin = new byte[Math.toIntExact(bytes[0])];
            check(JNvrtc.nvrtcGetCUBIN(program, cubin), "nvrtcGetCUBIN of " + name);
            return cubin;
        } finally {
            JNvrtc.nvrtcDestroyProgram(program);
        }
    }

    private static String log(nvrtcProgram program) {
        String[] log = {""};
        JNvrtc.nvrtcGetProgramLog(program, log);
        return log[0].strip();
    }

    private static void check(int answer, String call) {
        if (answer != nvrtcResult.NVRTC_SUCCESS) {
            throw new CompilationException(call + ": " + nvrtcResult.stringFor(answer));
        }
    }
}
