package io.intramuros.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether a port can be had, and who has it otherwise. */
final class Ports {
    private static final Pattern LISTENING_INODE =
            Pattern.compile("^\\s*\\d+: [0-9A-F]+:([0-9A-F]{4}) \\S+ 0A (?:\\S+\\s+){5}(\\d+).*");

    private Ports() {}

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // As servers do: connections that linger after a stop don't count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The process that listens there, as "NAME (process N)"; empty if it isn't ours to see. */
    static Optional<String> holder(int port) {
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(table -> lines(Path.of(table)).stream())
                .map(LISTENING_INODE::matcher)
                .filter(Matcher::matches)
                .filter(line -> Integer.parseInt(line.group(1), 16) == port)
                .map(line -> "socket:[" + line.group(2) + "]")
                .flatMap(socket -> ProcessHandle.allProcesses().filter(process -> hasOpen(process, socket)))
                .findFirst()
                .map(process -> process.info().command().map(Ports::fileName).orElse("a program") + " (process "
                        + process.pid() + ")");
    }

    private static String fileName(String command) {
        return Path.of(command).getFileName().toString();
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean hasOpen(ProcessHandle process, String socket) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return descriptors.anyMatch(descriptor -> pointsTo(descriptor, socket));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean pointsTo(Path descriptor, String target) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(target);
        } catch (IOException e) {
            return false;
        }
    }
}
