package io.intramuros.kernels.cuda.watch;

import io.intramuros.kernels.DeviceReading;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reads GPUs once a second, on a thread of its own, and offers what it read last. Where they can't be watched it has no
 * readings and says why; nothing else depends on it. Thread-safe.
 */
public final class GpuWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GpuWatch.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /** A driver in trouble may keep a call for good; the watch then ends without it. */
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(5);

    private final List<String> busIds;
    private final Optional<Nvml> nvml;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String whyNot;
    private volatile List<DeviceReading> readings = List.of();
    private volatile Thread thread;

    /** Of the watching thread alone. */
    private boolean complained;

    private GpuWatch(List<String> busIds) {
        this.busIds = List.copyOf(busIds);
        nvml = Nvml.open(reason -> whyNot = reason);
    }

    /**
     * Begins to watch; the first readings are there when it returns.
     *
     * @param busIds PCI addresses as CUDA's driver gives them; readings come in this order
     */
    public static GpuWatch start(List<String> busIds) {
        return start(busIds, PERIOD);
    }

    static GpuWatch start(List<String> busIds, Duration period) {
        GpuWatch watch = new GpuWatch(busIds);
        watch.nvml.ifPresentOrElse(
                library -> watch.watch(library, period),
                () -> LOG.log(System.Logger.Level.WARNING, "GPUs are not watched: " + watch.whyNot));
        return watch;
    }

    /** What was read last of each GPU; empty if they can't be watched. */
    public List<DeviceReading> readings() {
        return readings;
    }

    /** Why GPUs can't be watched, in one line; empty if they are. */
    public Optional<String> unavailable() {
        return Optional.ofNullable(whyNot);
    }

    /** Ends the watch. Idempotent. */
    @Override
    public void close() {
        closed.countDown();
        Thread watching = thread;
        if (watching == null || watching == Thread.currentThread()) {
            return;
        }
        try {
            if (!watching.join(PATIENCE_AT_END)) {
                LOG.log(System.Logger.Level.WARNING, "The driver doesn't answer; the watch over GPUs ends without it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(Nvml library, Duration period) {
        GpuReader reader = new GpuReader(library);
        read(reader);
        thread = Thread.ofPlatform().name("intramuros-gpu-watch").daemon().unstarted(() -> {
            try (library) {
                while (!closed.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
                    readAgain(reader);
                }
            } catch (InterruptedException e) {
                readings = unread();
                LOG.log(System.Logger.Level.ERROR, "The watch over GPUs ends", e);
            }
        });
        // Not that of whoever deploys or calls: the watch is its engine's.
        thread.setContextClassLoader(GpuWatch.class.getClassLoader());
        thread.start();
    }

    /** A reading that fails is no reason to let a hot card go on: it counts as unread, and is tried again. */
    private void readAgain(GpuReader reader) {
        try {
            read(reader);
        } catch (RuntimeException | Error e) {
            readings = unread();
            if (!complained) {
                complained = true;
                LOG.log(System.Logger.Level.ERROR, "GPUs can't be read; it is tried again every second", e);
            }
        }
    }

    private List<DeviceReading> unread() {
        return busIds.stream().map(DeviceReading::unread).toList();
    }

    private void read(GpuReader reader) {
        readings = busIds.stream().map(reader::read).toList();
    }
}
