package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The program behind {@code ./run}. */
public final class Main {
    private static final String HELP = """
            Builds Intramuros if sources have changed, and runs it on this machine: WildFly with the application and the
            engine, Keycloak for signing in, a small model to ask.

            ./run                      start; Ctrl-C ends it
            ./run --detach             start, and return once it is ready
            ./run --status [--json]    how it does, where it answers, who can sign in
            ./run --stop               end it
            ./run --verify-gpu         check and measure the CUDA kernels on this machine's GPUs; exits with 1 if
                                       anything is wrong
            ./run --clean [--yes]      delete its data: database, users, passwords, configuration

            --model PATH               another model: a Hugging Face directory or a GGUF file
            --backend NAME             what computes: cuda (NVIDIA GPUs; needs their driver alone) or vector (the
                                       processor). Default: cuda where the driver finds a GPU, else vector
            --port-offset N            add N to every port (8080, 8180, 9990)
            --data DIR                 keep data there (default: $INTRAMUROS_HOME, ~/.local/share/intramuros)
            --jdbc-url URL             PostgreSQL instead of an H2 file: jdbc:postgresql://HOST/DATABASE
            --jdbc-user NAME           its user
            --jdbc-password-file FILE  its password is the file's first line; or set INTRAMUROS_JDBC_PASSWORD, or be asked
            --oidc-url URL             your own Keycloak's realm, https://HOST/realms/NAME, instead of a demonstration one;
                                       the portal's client secret comes from INTRAMUROS_PORTAL_SECRET
            --no-build                 run what was built before
            --help                     this text

            Downloads are kept in ~/.cache/intramuros ($XDG_CACHE_HOME). Everything listens on 127.0.0.1 only.
            """;

    private static final long STOP_PATIENCE_SECONDS = 90;

    private Main() {}

    /** Takes the options of {@code ./run}. */
    public static void main(String[] arguments) {
        try {
            Options options = Options.parse(arguments, System.getenv());
            Path repository = Path.of(System.getProperty("intramuros.repository", ""))
                    .toAbsolutePath()
                    .normalize();
            System.exit(run(options, repository));
        } catch (RunException e) {
            Console.warn(e.getMessage());
            System.exit(1);
        } catch (UncheckedIOException e) {
            Console.warn("A file can't be read or written: " + e.getCause());
            System.exit(1);
        }
    }

    private static int run(Options options, Path repository) {
        Home home = new Home(options.data());
        Realm realm = new Realm(repository.resolve("wildfly-config/keycloak"));
        return switch (options.command()) {
            case START -> new Launch(options, repository).start();
            case STOP -> stop(home);
            case STATUS -> {
                Status status = Status.of(home, realm);
                System.out.println(options.json() ? status.json() : status.text());
                yield 0;
            }
            case CLEAN -> clean(home, options.yes());
            case VERIFY_GPU -> verifyGpu(repository);
            case HELP -> {
                System.out.print(HELP);
                yield 0;
            }
        };
    }

    /** Has the kernels' own script do it, which says what it finds. */
    private static int verifyGpu(Path repository) {
        Path script = repository.resolve("native-kernels/kernels/bin/verify-gpu");
        try {
            return new ProcessBuilder(script.toString()).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new RunException("--verify-gpu needs Python 3 to run " + script + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("--verify-gpu was interrupted.", e);
        }
    }

    private static int stop(Home home) {
        Optional<ProcessHandle> other = Lock.isHeld(home) ? Lock.holder(home) : Optional.empty();
        if (other.isPresent()) {
            other.get().destroy();
            try {
                other.get().onExit().get(STOP_PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new RunException("./run (process " + other.get().pid() + ") doesn't end.", e);
            }
        }
        State state = State.of(home);
        Addresses addresses = state.addresses();
        boolean running = other.isPresent();
        for (ServerProcess server :
                new ServerProcess[] {new WildFly(home, addresses).process(), new Keycloak(home, addresses).process()}) {
            if (server.isAlive()) {
                running = true;
                Console.say("Stopping " + server.name());
                server.stop();
            }
        }
        if (Files.exists(home.state())) {
            state.with(State.Phase.STOPPED, "").write(home);
        }
        System.out.println(running ? "Intramuros has stopped." : "Intramuros wasn't running.");
        return 0;
    }

    private static int clean(Home home, boolean yes) {
        Addresses addresses = State.of(home).addresses();
        if (Lock.isHeld(home)
                || new WildFly(home, addresses).process().isAlive()
                || new Keycloak(home, addresses).process().isAlive()) {
            throw new RunException("Intramuros is running from " + home.folder() + ". ./run --stop ends it.");
        }
        if (!yes) {
            String answer = Console.terminal()
                    .orElseThrow(() ->
                            new RunException("--clean deletes the data in " + home.folder() + "; confirm with --yes."))
                    .readLine("Delete all data in %s? [y/N] ", home.folder());
            if (answer == null || !answer.strip().equalsIgnoreCase("y")) {
                return 1;
            }
        }
        home.delete();
        System.out.println("Deleted. Downloads are kept in " + Home.cacheFolder(System.getenv())
                + "; delete that folder too for all.");
        return 0;
    }
}
