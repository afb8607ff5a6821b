package io.intramuros.kernels;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** The machine's own memory, and how amounts of any memory are written. */
public final class HostMemory {
    private HostMemory() {}

    /** All of the machine's memory, in bytes. */
    public static long bytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** An amount for a person: {@code 131.4 GiB}, {@code 17.0 MiB}, {@code 0.3 KiB}. */
    public static String amount(long bytes) {
        double unit = 1 << 10;
        String name = "KiB";
        if (Math.abs(bytes) >= 1 << 30) {
            unit = 1 << 30;
            name = "GiB";
        } else if (Math.abs(bytes) >= 1 << 20) {
            unit = 1 << 20;
            name = "MiB";
        }
        return String.format(Locale.ROOT, "%.1f %s", bytes / unit, name);
    }
}
