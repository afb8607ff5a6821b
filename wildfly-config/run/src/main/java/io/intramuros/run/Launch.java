package io.intramuros.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The way from nothing to a running product, and from there to its orderly end. */
final class Launch {
    private static final Duration START_PATIENCE = Duration.ofMinutes(5);
    private static final Duration MODEL_PATIENCE = Duration.ofMinutes(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(300);
    private static final Duration SPEAK_AGAIN = Duration.ofSeconds(5);
    private static final Duration LOOK_AT_ENGINES_AGAIN = Duration.ofSeconds(6);
    private static final int LOG_LINES_SHOWN = 30;

    private static final long MEBIBYTE = 1 << 20;

    /** Keycloak 190 MiB, the model 95 MiB, and both as they are fetched, 270 MiB. */
    private static final long DOWNLOADS_BYTES = 600 * MEBIBYTE;

    /** The provisioned WildFly, the application and its modules. */
    private static final long BUILD_BYTES = 500 * MEBIBYTE;

    /** What Maven fetches to build, and Keycloak's archive. */
    private static final long MAVEN_BYTES = 1200 * MEBIBYTE;

    /** Database, logs, deployment. */
    private static final long DATA_BYTES = 300 * MEBIBYTE;

    private final Options options;
    private final Home home;
    private final Path cache;
    private final Pins pins;
    private final Maven maven;
    private final Build build;
    private final Realm realm;
    private final Addresses addresses;
    private final CudaDriver driver;
    private final String backend;
    private final WildFly wildfly;
    private final Keycloak keycloak;

    /** Set once an end was asked for, so that servers that end then aren't reported as failures. */
    private volatile boolean stopping;

    private volatile State state = State.NONE;

    Launch(Options options, Path repository) {
        this.options = options;
        this.home = new Home(options.data());
        this.cache = Home.cacheFolder(System.getenv());
        this.pins = Pins.of(repository);
        this.maven = new Maven(repository);
        this.build = new Build(repository);
        this.realm = new Realm(repository.resolve("wildfly-config/keycloak"));
        this.addresses = new Addresses(options.portOffset(), options.oidcUrl() == null ? "" : options.oidcUrl());
        this.driver = CudaDriver.of(System.getenv());
        this.backend =
                options.backend() != null ? options.backend() : driver.findsGpu() ? Options.CUDA : Options.VECTOR;
        this.wildfly = new WildFly(home, addresses);
        this.keycloak = new Keycloak(home, addresses);
    }

    /** Starts everything; without {@code --detach}, stays until it ends. Returns the exit code. */
    int start() {
        home.create();
        try (Lock _ = Lock.take(home).orElseThrow(this::alreadyAtWork)) {
            State wanted = wantedState();
            if (isRunningAlready(wanted)) {
                System.out.println(Status.of(home, realm).text());
                return 0;
            }
            Thread stopper = new Thread(this::stopOnSignal);
            Runtime.getRuntime().addShutdownHook(stopper);
            try {
                bringUp(wanted);
            } catch (RuntimeException e) {
                if (stopping) {
                    // It failed because it was told to stop, which the other thread sees to.
                    return 1;
                }
                stopping = true;
                stopServers();
                state.with(State.Phase.FAILED, firstLine(e)).write(home);
                throw e;
            }
            System.out.println();
            System.out.println(Status.of(home, realm).text());
            if (options.detach()) {
                Runtime.getRuntime().removeShutdownHook(stopper);
                System.out.println("It runs in the background. ./run --stop ends it.");
                return 0;
            }
            System.out.println("Ctrl-C ends it.");
            return watch();
        }
    }

    private void bringUp(State wanted) {
        Downloads downloads = new Downloads(cache, pins, maven, home.log("fetch"));
        boolean keycloakRuns = leftover(wanted);
        check(downloads, keycloakRuns);
        Options.Database database = withPassword(options.database());
        state = wanted;
        state.write(home);

        if (options.build()) {
            build.ifNeeded(home.log("build"), backend.equals(Options.CUDA));
        } else {
            build.required();
        }
        if (database != null) {
            new DatabaseCheck(build.server(), database).run();
        }
        Optional<Path> program =
                addresses.keycloakIsOurs() && !keycloakRuns ? Optional.of(downloads.keycloak()) : Optional.empty();
        ServedModel model = options.model() != null
                ? ServedModel.own(options.model())
                : ServedModel.demonstration(downloads.model());

        // Whatever can be wrong with this machine has been found by now: from here on servers start.
        Secrets secrets = Secrets.of(home);
        program.ifPresent(keycloakProgram -> {
            Console.say("Starting Keycloak");
            keycloak.start(keycloakProgram, realm, secrets);
        });
        Console.say("Starting WildFly");
        wildfly.start(build, model, backend, driver, database, portalSecret(secrets), cache, secrets);
        awaitServers();
        selfCheck(model, secrets);
        state = state.with(State.Phase.READY, "");
        state.write(home);
    }

    /** What would keep it from starting, or make it fail halfway, is said before anything starts. */
    private void check(Downloads downloads, boolean keycloakRuns) {
        Preflight.ports(addresses, keycloakRuns);
        if (options.model() == null) {
            downloads.requirePip();
        } else {
            Preflight.model(options.model());
        }
        Preflight.memory(Memory.ofThisMachine(), Optional.ofNullable(options.model()));
        disk(downloads).check();
        if (!addresses.keycloakIsOurs()) {
            String secret = System.getenv(Realm.PORTAL_SECRET);
            if (secret == null || secret.isEmpty()) {
                throw new RunException("With --oidc-url, the secret of the client intramuros-portal has to be in the"
                        + " environment as " + Realm.PORTAL_SECRET + ".");
            }
            new OidcCheck(addresses, secret).run();
        }
    }

    private Disk disk(Downloads downloads) {
        Disk disk = new Disk().needs(DATA_BYTES, home.folder());
        if (!downloads.complete()) {
            disk.needs(DOWNLOADS_BYTES, cache);
        }
        if (options.build() && !build.isBuilt()) {
            disk.needs(BUILD_BYTES, build.repository()).needs(MAVEN_BYTES, Maven.localRepository());
        }
        if (options.build() && backend.equals(Options.CUDA)) {
            disk.needs(build.compilerBytes(Map.of()), cache);
        }
        return disk;
    }

    /**
     * Deals with servers that a crash has left. A Keycloak that fits is kept; the rest is stopped.
     *
     * @return whether Keycloak runs
     */
    private boolean leftover(State wanted) {
        if (wildfly.process().isAlive()) {
            Console.say("Stopping a WildFly that was left running");
            wildfly.process().stop();
        }
        if (!keycloak.process().isAlive()) {
            return false;
        }
        boolean fits = State.of(home).portOffset() == wanted.portOffset() && addresses.keycloakIsOurs();
        if (fits && keycloak.isReady()) {
            Console.say("Keycloak is still running and is kept");
            return true;
        }
        Console.say("Stopping a Keycloak that was left running");
        keycloak.process().stop();
        return false;
    }

    private boolean isRunningAlready(State wanted) {
        Status status = Status.of(home, realm);
        if (status.phase() != State.Phase.READY) {
            return false;
        }
        if (!State.of(home).sameProduct(wanted)) {
            throw new RunException(
                    "Intramuros runs already from " + home.folder() + " with other settings. ./run --stop ends it.");
        }
        return true;
    }

    private State wantedState() {
        return new State(
                State.Phase.STARTING,
                "",
                options.portOffset(),
                addresses.ownOidcUrl(),
                options.model() == null ? "" : options.model().toString(),
                backend,
                options.database() == null ? "" : options.database().url(),
                "");
    }

    private String portalSecret(Secrets secrets) {
        return addresses.keycloakIsOurs() ? secrets.get(Realm.PORTAL_SECRET) : System.getenv(Realm.PORTAL_SECRET);
    }

    private static Options.Database withPassword(Options.Database database) {
        if (database == null || database.password() != null) {
            return database;
        }
        char[] password = Console.terminal()
                .orElseThrow(() -> new RunException("The database's password has to be in the environment as"
                        + " INTRAMUROS_JDBC_PASSWORD, or in a file: --jdbc-password-file."))
                .readPassword("Password of %s at %s: ", database.user(), database.url());
        if (password == null) {
            throw new RunException("Without the database's password nothing can start.");
        }
        return new Options.Database(database.url(), database.user(), new String(password));
    }

    private void awaitServers() {
        Progress progress = new Progress(START_PATIENCE);
        boolean keycloakReady = !addresses.keycloakIsOurs();
        boolean wildflyReady = false;
        while (true) {
            if (!keycloakReady && keycloak.isReady()) {
                keycloakReady = true;
                Console.say("Keycloak is ready");
            }
            if (!wildflyReady && wildfly.isReady()) {
                wildflyReady = true;
                Console.say("WildFly is ready");
            }
            if (keycloakReady && wildflyReady) {
                return;
            }
            failIfEnded();
            String failure = wildfly.deploymentFailure();
            if (failure != null) {
                throw new RunException("The application can't be deployed: " + failure);
            }
            progress.waitFor((keycloakReady ? "" : "Keycloak")
                    + (keycloakReady || wildflyReady ? "" : " and ")
                    + (wildflyReady ? "" : "WildFly"));
        }
    }

    private void selfCheck(ServedModel served, Secrets secrets) {
        String secret = addresses.keycloakIsOurs() ? secrets.get(Realm.APP_SECRET) : System.getenv(Realm.APP_SECRET);
        Engines engines = new Engines(build.server(), addresses);
        if (secret == null) {
            Console.say("Not asking the model a question: that would need the secret of a client " + Realm.APP_CLIENT
                    + " in " + Realm.APP_SECRET);
            await(engines, () -> engines.oneIsReady() ? served.id() : null);
            state = state.withModelId(served.id());
            return;
        }
        SelfCheck check = new SelfCheck(addresses, secret);
        String model = await(engines, () -> check.model(check.token()));
        state = state.withModelId(model);
        Console.say("Asking the model one question through the API");
        Console.say(check.ask(model, check.token()));
    }

    /** Looks until there is a model, unless there will never be one. */
    private String await(Engines engines, Supplier<String> look) {
        Progress progress = new Progress(MODEL_PATIENCE);
        Duration looked = Console.elapsed();
        String model = look.get();
        while (model == null) {
            failIfEnded();
            progress.waitFor("the model to be loaded");
            if (Console.elapsed().minus(looked).compareTo(LOOK_AT_ENGINES_AGAIN) > 0) {
                looked = Console.elapsed();
                engines.failure().ifPresent(reason -> {
                    throw new RunException("The model can't be used. " + reason);
                });
            }
            model = look.get();
        }
        return model;
    }

    private void failIfEnded() {
        for (ServerProcess server : servers()) {
            if (!server.isAlive()) {
                throw ended(server);
            }
        }
    }

    private static RunException ended(ServerProcess server) {
        return new RunException(server.name() + " has ended. The end of " + server.log() + ":" + System.lineSeparator()
                + Console.tail(server.log(), LOG_LINES_SHOWN));
    }

    /** Waits until a server ends by itself; a signal ends this program before. */
    private int watch() {
        CompletableFuture<?>[] ends =
                servers().stream().map(ServerProcess::onExit).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.anyOf(ends).join();
        if (stopping) {
            return 0;
        }
        stopping = true;
        ServerProcess dead = servers().stream()
                .filter(server -> !server.isAlive())
                .findFirst()
                .orElse(wildfly.process());
        RunException failure = ended(dead);
        stopServers();
        state.with(State.Phase.FAILED, firstLine(failure)).write(home);
        throw failure;
    }

    private List<ServerProcess> servers() {
        List<ServerProcess> servers = new ArrayList<>(List.of(wildfly.process()));
        if (addresses.keycloakIsOurs()) {
            servers.add(keycloak.process());
        }
        return servers;
    }

    private void stopOnSignal() {
        if (stopping) {
            return;
        }
        stopping = true;
        stopServers();
        state.with(State.Phase.STOPPED, "").write(home);
    }

    /** WildFly first: it ends running answers, and may still need Keycloak for that. */
    private void stopServers() {
        for (ServerProcess server : servers()) {
            if (server.isAlive()) {
                Console.say("Stopping " + server.name());
                server.stop();
            }
        }
    }

    private RunException alreadyAtWork() {
        String holder = Lock.holder(home)
                .map(process -> " (process " + process.pid() + ")")
                .orElse("");
        return new RunException("Another ./run" + holder + " is at work on " + home.folder()
                + ". ./run --status says how far it is; --data DIR starts a second one elsewhere.");
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** Waiting that says now and then what for, and not forever. */
    private static final class Progress {
        private final Duration patience;
        private final Duration began = Console.elapsed();
        private Duration spoke = began;

        Progress(Duration patience) {
            this.patience = patience;
        }

        void waitFor(String what) {
            Duration now = Console.elapsed();
            if (now.minus(began).compareTo(patience) > 0) {
                throw new RunException("Waited " + patience.toMinutes() + " minutes for " + what + " in vain.");
            }
            if (now.minus(spoke).compareTo(SPEAK_AGAIN) > 0) {
                spoke = now;
                Console.say("  waiting for " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }
}
