package io.intramuros.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory that programs can still have.
 *
 * @param proc where the kernel tells of itself, {@code /proc}
 * @param cgroups where it tells of containers' limits, {@code /sys/fs/cgroup}
 */
record Memory(Path proc, Path cgroups) {
    private static final long KIBIBYTE = 1024;

    /** This machine's. */
    static Memory ofThisMachine() {
        return new Memory(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
    }

    /** Bytes that are free or only hold what can be read again; empty where nobody says. */
    OptionalLong availableBytes() {
        OptionalLong least = find(read(proc.resolve("meminfo")), "MemAvailable:\\s+(\\d+) kB");
        if (least.isPresent()) {
            least = OptionalLong.of(least.getAsLong() * KIBIBYTE);
        }
        for (Path group = group(); group.startsWith(cgroups); group = group.getParent()) {
            least = lesser(least, left(group));
        }
        return least;
    }

    /** The control group that this process is in; the limits of all above hold for it too. */
    private Path group() {
        Matcher unified = Pattern.compile("^0::/(.*)$", Pattern.MULTILINE).matcher(read(proc.resolve("self/cgroup")));
        return unified.find() ? cgroups.resolve(unified.group(1)).normalize() : cgroups;
    }

    /** What a group's limit leaves. The files it has cached count as used there, but are given back on demand. */
    private static OptionalLong left(Path group) {
        OptionalLong limit = find(read(group.resolve("memory.max")), "^(\\d+)$");
        OptionalLong used = find(read(group.resolve("memory.current")), "^(\\d+)$");
        if (limit.isEmpty() || used.isEmpty()) {
            return OptionalLong.empty();
        }
        String usage = read(group.resolve("memory.stat"));
        long cached = find(usage, "^active_file (\\d+)$").orElse(0)
                + find(usage, "^inactive_file (\\d+)$").orElse(0);
        return OptionalLong.of(limit.getAsLong() - used.getAsLong() + cached);
    }

    private static OptionalLong lesser(OptionalLong one, OptionalLong other) {
        if (one.isPresent() && other.isPresent()) {
            return OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
        }
        return one.isPresent() ? one : other;
    }

    private static OptionalLong find(String text, String pattern) {
        Matcher number = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
        return number.find() ? OptionalLong.of(Long.parseLong(number.group(1))) : OptionalLong.empty();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            // Older kernels and other systems have no such file; then there is nothing to heed.
            return "";
        }
    }
}
