"""What is compiled: each .cu file to PTX, and the PTX to machine code of each architecture. Only what has changed."""

import hashlib
import re
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from toolchain import Toolchain

# What the shipped PTX is compiled for: the oldest architecture that has all the kernels use.
PTX_ARCHITECTURE = "compute_80"

# The PTX language of CUDA 12.0, so that every driver of CUDA 12 takes it. The compiler writes its own, newer number, though
# the kernels need nothing newer; ptxas refuses the file if they do.
PTX_VERSION = "8.0"

ARCHITECTURES = ("sm_80", "sm_89", "sm_90", "sm_100")
JOBS = 2


@dataclass(frozen=True)
class Folders:
    sources: Path
    out: Path

    @property
    def ptx(self) -> Path:
        return self.out / "ptx"

    def cubin(self, architecture: str) -> Path:
        return self.out / "cubin" / architecture


@dataclass(frozen=True)
class Step:
    """One file to make. `key` is a digest of all that goes into it and stands beside it when it is made."""

    target: Path
    key: str

    @property
    def stamp(self) -> Path:
        return self.target.with_name(f".{self.target.name}.key")

    def is_done(self) -> bool:
        return self.target.exists() and self.stamp.exists() and self.stamp.read_text() == self.key

    def done(self) -> None:
        self.stamp.write_text(self.key)


def options(sources: Path) -> list[str]:
    """The compiler's options, which the server's own compilation at run time uses too."""
    return (sources / "options.txt").read_text().split()


def compile_all(toolchain: Toolchain, folders: Folders) -> None:
    """Compiles every file to PTX."""
    sources = _sources(folders)
    _prepare(folders.ptx, sources)
    flags = options(folders.sources)
    with ProcessPoolExecutor(JOBS) as pool:
        _all(pool, _to_ptx, [(toolchain, source, folders, flags) for source in sources])


def assemble_all(toolchain: Toolchain, folders: Folders) -> dict[tuple[str, str], str]:
    """Assembles all PTX for every architecture. Returns what ptxas told of each (file, architecture)."""
    sources = _sources(folders)
    for architecture in ARCHITECTURES:
        _prepare(folders.cubin(architecture), sources)
    jobs = [(toolchain, source.stem, architecture, folders) for source in sources for architecture in ARCHITECTURES]
    with ThreadPoolExecutor(JOBS) as pool:
        told = _all(pool, _to_cubin, jobs)
    return {(name, architecture): text for (_, name, architecture, _), text in zip(jobs, told)}


def _sources(folders: Folders) -> list[Path]:
    return sorted(folders.sources.glob("*.cu"))


def _all(pool: Executor, function, jobs: list[tuple]) -> list:
    futures = [pool.submit(function, *job) for job in jobs]
    try:
        return [future.result() for future in futures]
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise


def _to_ptx(toolchain: Toolchain, source: Path, folders: Folders, flags: list[str]) -> None:
    flags = [*flags, f"--gpu-architecture={PTX_ARCHITECTURE}"]
    target = folders.ptx / f"{source.stem}.ptx"
    step = Step(target, _key(toolchain.release, PTX_VERSION, *flags, *_texts(source, {})))
    if step.is_done():
        return
    print(f"  {source.name} to PTX", flush=True)
    ptx = toolchain.compile_to_ptx(source, folders.sources, flags)
    target.write_text(re.sub(r"^\.version .*$", f".version {PTX_VERSION}", ptx, count=1, flags=re.MULTILINE))
    step.done()


def _to_cubin(toolchain: Toolchain, name: str, architecture: str, folders: Folders) -> str:
    ptx = folders.ptx / f"{name}.ptx"
    cubin = folders.cubin(architecture) / f"{name}.cubin"
    told = cubin.with_suffix(".txt")
    step = Step(cubin, _key(toolchain.release, architecture, ptx.read_text()))
    if not step.is_done() or not told.exists():
        print(f"  {name} for {architecture}", flush=True)
        told.write_text(toolchain.assemble(ptx, architecture, cubin))
        step.done()
    return told.read_text()


def _texts(file: Path, seen: dict[Path, str]) -> list[str]:
    """The text of a file and of all that it includes of ours."""
    if file not in seen:
        seen[file] = file.read_text()
        for included in re.findall(r'^#include "([^"]+)"', seen[file], re.MULTILINE):
            if (file.parent / included).exists():
                _texts(file.parent / included, seen)
    return list(seen.values())


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _prepare(folder: Path, sources: list[Path]) -> None:
    """Makes the folder, without what was made of files that are no longer there: the jar takes whatever PTX there is."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {source.stem for source in sources}
    for file in folder.iterdir():
        if file.name.lstrip(".").split(".")[0] not in names:
            file.unlink()
