"""The compiler: NVRTC and ptxas of one CUDA release, installed on the machine or fetched as Python wheels."""

import csv
import ctypes
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Measured: 312 MiB, and the wheels twice (123 MiB each), as they are unpacked and in pip's own cache.
FETCHED_MIB = 560

HOW_TO_GET_PIP = "Python's pip is needed to fetch the CUDA compiler; install it (Debian, Ubuntu: apt-get install python3-pip)."


class BuildError(Exception):
    """Something that the person who builds has to know and can mend."""


@dataclass(frozen=True)
class Toolchain:
    """Where the compiler is. `release` is both programs' full version, for what is compiled anew when it changes."""

    nvrtc: Path
    ptxas: Path
    release: str

    def compile_to_ptx(self, source: Path, include: Path, options: list[str]) -> str:
        """Compiles one file to PTX. Its warnings are errors."""
        nvrtc = ctypes.CDLL(str(self.nvrtc))

        def call(function: str, *arguments) -> int:
            return getattr(nvrtc, function)(*arguments)

        def text(function: str) -> str:
            size = ctypes.c_size_t()
            call(f"nvrtcGet{function}Size", program, ctypes.byref(size))
            buffer = ctypes.create_string_buffer(size.value)
            call(f"nvrtcGet{function}", program, buffer)
            return buffer.value.decode()

        program = ctypes.c_void_p()
        call("nvrtcCreateProgram", ctypes.byref(program), source.read_bytes(), str(source).encode(), 0, None, None)
        arguments = [option.encode() for option in [*options, f"--include-path={include}"]]
        array = (ctypes.c_char_p * len(arguments))(*arguments)
        code = call("nvrtcCompileProgram", program, len(arguments), array)
        log = text("ProgramLog").strip()
        if code != 0 or log:
            raise BuildError(f"{source.name} does not compile:\n{log}" if log else f"{source.name}: NVRTC error {code}")
        return text("PTX")

    def assemble(self, ptx: Path, architecture: str, cubin: Path) -> str:
        """Assembles PTX for one architecture. Returns what ptxas tells about each kernel's resources."""
        command = [self.ptxas, "-v", "-arch", architecture, "-o", cubin, ptx]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise BuildError(f"{ptx.name} can't be assembled for {architecture}:\n{run.stderr.strip()}")
        return run.stderr


def find(requirements: Path) -> Toolchain:
    """An installed CUDA of the release that `requirements` pins, else the wheels it names, fetched once."""
    return _installed(requirements) or _in_wheels(_fetched(requirements))


def mib_to_fetch(requirements: Path) -> int:
    """How many MiB of disk `find` will take: none where the compiler is there already."""
    return 0 if _is_whole(_folder(requirements)) or _installed(requirements) else FETCHED_MIB


def _installed(requirements: Path) -> Toolchain | None:
    pinned = re.search(r"^nvidia-cuda-nvrtc-\w+==(\d+\.\d+)\.", requirements.read_text(), re.MULTILINE).group(1)
    for root in _installed_roots():
        toolchain = _in_toolkit(root)
        if toolchain and toolchain.release.startswith(pinned + "."):
            return toolchain
        if toolchain:
            note = f"CUDA {toolchain.release} in {root} isn't {pinned}, with which the kernels are built and checked"
            print(note, file=sys.stderr)
    return None


def _installed_roots() -> list[Path]:
    roots = [Path(os.environ[name]) for name in ("CUDA_HOME", "CUDA_PATH") if os.environ.get(name)]
    nvcc = shutil.which("nvcc")
    if nvcc:
        roots.append(Path(nvcc).resolve().parent.parent)
    roots.append(Path("/usr/local/cuda"))
    return list(dict.fromkeys(root.resolve() for root in roots if root.is_dir()))


def _in_toolkit(root: Path) -> Toolchain | None:
    ptxas = root / "bin/ptxas"
    for library in (root / "lib64/libnvrtc.so.12", root / "targets/x86_64-linux/lib/libnvrtc.so.12"):
        if library.exists() and ptxas.exists():
            return Toolchain(library, ptxas, _release(ptxas))
    return None


def _in_wheels(folder: Path) -> Toolchain:
    ptxas = folder / "nvidia/cuda_nvcc/bin/ptxas"
    return Toolchain(folder / "nvidia/cuda_nvrtc/lib/libnvrtc.so.12", ptxas, _release(ptxas))


def _release(ptxas: Path) -> str:
    said = subprocess.run([ptxas, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"V(\d+\.\d+\.\d+)", said).group(1)


def _folder(requirements: Path) -> Path:
    return _cache() / f"cuda-compiler-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]}"


def _fetched(requirements: Path) -> Path:
    cache = _cache()
    folder = _folder(requirements)
    cache.mkdir(parents=True, exist_ok=True)
    # Two builds at once fetch once.
    with open(cache / "cuda-compiler.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
            draft = folder.with_name(folder.name + ".draft")
            shutil.rmtree(draft, ignore_errors=True)
            print("Fetching the CUDA compiler (130 MB, once)", flush=True)
            _pip_install(requirements, draft)
            draft.rename(folder)
    return folder


def _cache() -> Path:
    """The product's folder in the user's cache; ./run keeps its downloads there too."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(configured) if configured.startswith("/") else Path.home() / ".cache") / "intramuros"


def _pip_install(requirements: Path, folder: Path) -> None:
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode != 0:
        raise BuildError(HOW_TO_GET_PIP)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    run = subprocess.run(
        [*pip, "install", *options, "--no-compile", "--target", folder, "-r", requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise BuildError(f"The CUDA compiler can't be fetched: {run.stderr.strip()}")


def _is_whole(folder: Path) -> bool:
    """Whether every file that the wheels list is there with its size."""
    records = list(folder.glob("*.dist-info/RECORD"))
    for record in records:
        with open(record, newline="", encoding="utf-8") as rows:
            for name, _, size in csv.reader(rows):
                file = folder / name
                if not file.is_file() or (size and file.stat().st_size != int(size)):
                    return False
    return bool(records)
