"""Builds kernels for the stand-in and runs tests on them."""

import os
import shutil
import subprocess
from pathlib import Path

# The orders in which a mistake of a kernel may show, each tried until one does; the module's pom.xml has the same two.
ORDERS = (
    {"COPIES": "late", "STREAMS": "late", "WARPS": "forward"},
    {"COPIES": "eager", "STREAMS": "eager", "WARPS": "reverse"},
)

# A kernel that waits for what never comes is stopped after this time; the longest of ours takes a few on a busy machine.
WATCHDOG_SECONDS = 10
TESTS_SECONDS = 600

_NO_TESTS = 2

# In each module's folder.
_LISTING = Path("target/test-classpath.txt")


class StandError(Exception):
    """What has to work before mutants can be judged doesn't."""


class Stand:
    """The module's tests, on any library of kernels. `command` runs them, given arguments of JUnit's console launcher."""

    def __init__(self, module: Path, command: list[str]):
        self.module = module
        self.emulator = module / "target/emulator"
        self.command = command

    def build(self, sources: Path, kernels: str, folder: Path) -> Path:
        """A library in which the file `kernels` comes from `sources`, and the others are those of the product."""
        library = folder / "libintramuros-kernels.so"
        objects = [folder / f"obj/kernels/{kernels}.o"]
        objects += [o for o in sorted((self.emulator / "obj/kernels").glob("*.o")) if o.stem != kernels]
        shutil.rmtree(folder / "obj", ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        driver = folder / "libcuda.so.1"
        if not driver.exists():
            driver.symlink_to(self.emulator / "libcuda.so.1")
        # The driver is taken as it is: it has no objects to be made of.
        make = ["make", "--silent", "-C", self.module / "src/test/emulator", f"BUILD={folder}", f"CUDA={sources}"]
        make += ["DRIVER_OBJECTS=", f"KERNEL_OBJECTS={' '.join(map(str, objects))}", library]
        run = subprocess.run(make, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise StandError(f"{kernels}.cu does not compile for the stand-in:\n{run.stderr}")
        return library

    def passes(self, tests: list[str], library: Path, order: dict[str, str], log: Path) -> bool:
        """Whether the tests pass. What they say goes to `log`."""
        settings = {"KERNELS": str(library), "DEVICES": "8", "WATCHDOG_SECONDS": str(WATCHDOG_SECONDS), **order}
        environment = os.environ | {f"INTRAMUROS_EMULATOR_{name}": value for name, value in settings.items()}
        with open(log, "w", encoding="utf-8") as out:
            try:
                code = subprocess.run(
                    [*self.command, *tests],
                    cwd=self.module,
                    env=environment,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    timeout=TESTS_SECONDS,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                return False
        if code == _NO_TESTS:
            raise StandError(f"No tests ran for {' '.join(tests)}; see {log}")
        return code == 0


def _java_home(repository: Path) -> str:
    """Of a JDK 25, found as all the repository's scripts find it."""
    script = 'source "$0" && { find_jdk25 || { echo "$NO_JDK25"; exit 1; }; } && echo "$JAVA_HOME"'
    command = ["bash", "-c", script, repository / "wildfly-config/run/find-jdk25.sh"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise StandError(run.stdout.strip())
    return run.stdout.strip()


def compile_tests(module: Path) -> None:
    """Has Maven compile the tests of a module and of those that it is made from, and list what they need."""
    repository = module.parent.parent
    maven = shutil.which("mvn") or str(repository / "mvnw")
    goals = ["test-compile", "dependency:build-classpath"]
    # How sources are laid out says nothing about kernels.
    options = ["-Dmdep.includeScope=test", f"-Dmdep.outputFile={_LISTING}", "-Dspotless.check.skip=true"]
    run = subprocess.run(
        [maven, "-q", "--batch-mode", "-pl", module.relative_to(repository), "-am", *goals, *options],
        cwd=repository,
        capture_output=True,
        text=True,
        env=os.environ | {"JAVA_HOME": _java_home(repository)},
        check=False,
    )
    if run.returncode != 0:
        raise StandError(f"The module's tests can't be compiled:\n{run.stdout}{run.stderr}")


def junit(kernels: Path, module: Path | None = None) -> list[str]:
    """The command that runs the kernels' tests, or another module's, without Maven, once they are compiled."""
    module = module or kernels
    java_home = _java_home(kernels.parent.parent)
    classes = [module / "target/classes", module / "target/test-classes"]
    # JUnit's launcher is among what the kernels' tests need.
    folders = dict.fromkeys((module, kernels))
    return [
        f"{java_home}/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        f"-Djava.library.path={kernels}/target/natives/lib",
        f"-Dintramuros.cuda.libraries={kernels}/target/emulator",
        f"-Dintramuros.cuda.cache={kernels}/target/kernel-images",
        "-cp",
        ":".join([*map(str, classes), *((folder / _LISTING).read_text().strip() for folder in folders)]),
        "org.junit.platform.console.ConsoleLauncher",
        "execute",
        "--disable-banner",
        "--disable-ansi-colors",
        "--fail-if-no-tests",
    ]
