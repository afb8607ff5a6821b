"""What each kernel takes of a multiprocessor, the limits set for it, and the report of both."""

import csv
import re
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path

from toolchain import BuildError

_KERNEL = re.compile(
    r"Compiling entry function '(?P<name>\w+)' for '\w+'.*?"
    r"(?P<stack>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads.*?"
    r"Used (?P<registers>\d+) registers(?P<rest>[^\n]*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Use:
    """A kernel on an architecture. Bytes, but for registers, which a thread has."""

    kernel: str
    architecture: str
    registers: int
    spill_stores: int
    spill_loads: int
    local: int
    static_shared: int


@dataclass(frozen=True)
class Limit:
    """The most that kernels whose name fits `kernels` may take on any architecture."""

    kernels: str
    registers: int
    spills: int
    local: int
    static_shared: int

    def exceeded_by(self, use: Use) -> list[str]:
        """What is too much, as sentences."""
        taken = {
            "registers": use.registers,
            "spills": max(use.spill_stores, use.spill_loads),
            "local": use.local,
            "static_shared": use.static_shared,
        }
        return [
            f"{use.kernel} on {use.architecture}: {what} {number}, limit {getattr(self, what)}"
            for what, number in taken.items()
            if number > getattr(self, what)
        ]


def uses(told: dict[tuple[str, str], str]) -> list[Use]:
    """Reads what ptxas -v says, by (file, architecture)."""
    found = []
    for (_, architecture), text in told.items():
        for kernel in _KERNEL.finditer(text):
            shared = re.search(r"(\d+) bytes smem", kernel["rest"])
            found.append(
                Use(
                    kernel["name"],
                    architecture,
                    int(kernel["registers"]),
                    int(kernel["stores"]),
                    int(kernel["loads"]),
                    int(kernel["stack"]),
                    int(shared[1]) if shared else 0,
                )
            )
        if text.count("Compiling entry function") != len(_KERNEL.findall(text)):
            raise BuildError(f"ptxas describes its kernels for {architecture} in a form that isn't known:\n{text}")
    return sorted(found, key=lambda use: (use.kernel, int(use.architecture.split("_")[1])))


def read_limits(file: Path) -> list[Limit]:
    with open(file, newline="", encoding="utf-8") as rows:
        lines = csv.DictReader(row for row in rows if not row.startswith("#"))
        return [
            Limit(line["kernels"], *(int(line[field.name]) for field in fields(Limit) if field.name != "kernels"))
            for line in lines
        ]


def check(found: list[Use], limits: list[Limit]) -> list[tuple[Use, Limit, list[str]]]:
    """Each use with its limit and what is too much. Every kernel has exactly one limit, and every limit a kernel."""
    checked = []
    unused = set(limits)
    for use in found:
        fitting = [limit for limit in limits if fnmatchcase(use.kernel, limit.kernels)]
        if len(fitting) != 1:
            names = ", ".join(limit.kernels for limit in fitting) or "none"
            raise BuildError(f"limits.csv has to have one line for the kernel {use.kernel}; it has {names}")
        unused.discard(fitting[0])
        checked.append((use, fitting[0], fitting[0].exceeded_by(use)))
    if unused:
        raise BuildError("limits.csv names no kernel with " + ", ".join(sorted(limit.kernels for limit in unused)))
    return checked


def report(checked: list[tuple[Use, Limit, list[str]]], compiler: str, folder: Path) -> None:
    """Writes resources.md for people and resources.csv for programs."""
    with open(folder / "resources.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*(field.name for field in fields(Use)), "within_limits"])
        for use, _, excess in checked:
            out.writerow([*(getattr(use, field.name) for field in fields(Use)), str(not excess).lower()])
    lines = [
        "# What the kernels take",
        "",
        f"Compiled with CUDA {compiler}; in brackets the limit. Registers are a thread's, spills and local memory bytes of a"
        " thread, static shared memory bytes of a block.",
        "",
        "| kernel | architecture | registers | spill stores | spill loads | local | static shared | within the limits |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for use, limit, excess in checked:
        lines.append(
            f"| {use.kernel} | {use.architecture} | {use.registers} ({limit.registers}) | {use.spill_stores} ({limit.spills})"
            f" | {use.spill_loads} ({limit.spills}) | {use.local} ({limit.local})"
            f" | {use.static_shared} ({limit.static_shared}) | {'**no**' if excess else 'yes'} |"
        )
    (folder / "resources.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
