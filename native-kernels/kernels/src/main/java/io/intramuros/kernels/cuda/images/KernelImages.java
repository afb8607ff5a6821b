package io.intramuros.kernels.cuda.images;

import io.intramuros.kernels.BackendUnavailableException;
import io.intramuros.kernels.cuda.driver.CudaException;
import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;
import io.intramuros.kernels.cuda.driver.KernelModule;
import io.intramuros.kernels.cuda.driver.Nvrtc;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loads kernels into contexts: the first of the makers that succeeds makes the image, which is kept on disk, and in memory
 * as long as there is room, for the other GPUs of the same kind.
 */
public final class KernelImages {
    /** The system property that names the folder for compiled kernels. */
    public static final String CACHE_PROPERTY = "intramuros.cuda.cache";

    private static final System.Logger LOG = System.getLogger(KernelImages.class.getName());

    private final List<ImageMaker> makers;
    private final ImageCache cache;
    private final Map<String, SoftReference<byte[]>> inMemory = new ConcurrentHashMap<>();

    KernelImages(List<ImageMaker> makers, ImageCache cache) {
        this.makers = List.copyOf(makers);
        this.cache = cache;
    }

    /** Those of this process, with the compiler and the folder that it has. */
    public static KernelImages ofProcess() {
        return OfProcess.IMAGES;
    }

    private static final class OfProcess {
        private static final KernelImages IMAGES = new KernelImages(makers(), new ImageCache(cacheFolder()));

        private static List<ImageMaker> makers() {
            List<ImageMaker> makers = new ArrayList<>();
            compiler().ifPresent(nvrtc -> makers.add(new SourceCompiler(nvrtc)));
            makers.add(new PtxLinker());
            return makers;
        }

        private static Optional<Nvrtc> compiler() {
            try {
                return Nvrtc.open();
            } catch (Nvrtc.CompilationException | LinkageError e) {
                LOG.log(System.Logger.Level.WARNING, "NVRTC can''t be used: {0}", e.getMessage());
                return Optional.empty();
            }
        }
    }

    /** A named folder, else the server's data, else the user's cache. */
    static Path cacheFolder() {
        String named = System.getProperty(CACHE_PROPERTY, "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String data = System.getProperty("jboss.server.data.dir", "");
        if (!data.isEmpty()) {
            return Path.of(data, "intramuros", "cuda");
        }
        String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path ofUser = cache.startsWith("/") ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache");
        return ofUser.resolve("intramuros").resolve("cuda");
    }

    /**
     * Loads a file of kernels.
     *
     * @throws BackendUnavailableException if no image can be made of it
     * @throws CudaException if the GPU or its driver fails
     */
    public KernelModule load(GpuContext context, KernelFile file) {
        String why = "there is no compiler";
        for (ImageMaker maker : makers) {
            if (maker.serves(context.gpu())) {
                try {
                    return load(context, file, maker);
                } catch (CudaException e) {
                    if (!e.refusesKernels()) {
                        throw e;
                    }
                    why = e.getMessage();
                } catch (Nvrtc.CompilationException e) {
                    why = e.getMessage();
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} can''t compile the kernels {1} for {2}: {3}",
                        maker.name(),
                        file.name(),
                        context.gpu().description(),
                        why);
            }
        }
        throw new BackendUnavailableException(
                "The backend cuda is not available: its kernels can't be compiled for the GPU: " + why + ".");
    }

    private KernelModule load(GpuContext context, KernelFile file, ImageMaker maker) {
        ImageCache.Key key = key(context.gpu(), file, maker);
        Optional<byte[]> kept = cache.read(key);
        if (kept.isPresent()) {
            try {
                return context.load(kept.get());
            } catch (CudaException e) {
                if (!e.refusesKernels()) {
                    throw e;
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The driver refuses the cached kernels {0}, which are made anew: {1}",
                        cache.file(key),
                        e.getMessage());
            }
        }
        return context.load(made(context, file, maker, key));
    }

    /** Made once for all GPUs that are opened at the same time. */
    private byte[] made(GpuContext context, KernelFile file, ImageMaker maker, ImageCache.Key key) {
        byte[][] image = new byte[1][];
        inMemory.compute(HexFormat.of().formatHex(key.digest()), (digest, known) -> {
            image[0] = known == null ? null : known.get();
            if (image[0] == null) {
                image[0] = maker.make(file, context);
            }
            // Also if it was in memory: what lay on disk could not be used.
            cache.write(key, image[0]);
            return new SoftReference<>(image[0]);
        });
        return image[0];
    }

    private static ImageCache.Key key(Gpu gpu, KernelFile file, ImageMaker maker) {
        byte[] digest = Digests.of(
                maker.input(file),
                maker.name(),
                String.valueOf(Gpu.driverVersion()),
                gpu.name(),
                gpu.major() + "." + gpu.minor());
        return new ImageCache.Key(file.name(), digest);
    }
}
