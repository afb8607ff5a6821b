"""The list of mutants: its format, and what a mutant makes of the sources."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path


class ListError(Exception):
    """Something that is wrong with the list itself, or no longer fits the sources."""


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    find: str
    put: str
    after: str
    kernels: str
    tests: str

    def write(self, sources: Path, folder: Path) -> None:
        """Copies the sources to `folder` with this one mistake."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sources, folder)
        target = folder / self.file
        target.write_text(self._applied(target.read_text()))

    def _applied(self, text: str) -> str:
        begin = 0
        if self.after:
            if text.count(self.after) != 1:
                raise ListError(f"{self.name}: {self.file} has {text.count(self.after)} times: {self.after}")
            begin = text.index(self.after) + len(self.after)
        elif text.count(self.find) != 1:
            raise ListError(f"{self.name}: {self.file} has {text.count(self.find)} times: {self.find}")
        at = text.find(self.find, begin)
        if at < 0:
            raise ListError(f"{self.name}: {self.file} lacks after '{self.after}': {self.find}")
        return text[:at] + self.put + text[at + len(self.find) :]


def read(file: Path) -> tuple[list[Mutant], dict[str, list[str]]]:
    """The mutants, and what each name of tests stands for."""
    mutants, tests = [], {}
    text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE)
    for stanza in re.split(r"\n\s*\n", text.strip()):
        head, *lines = stanza.splitlines()
        kind, _, name = head.partition(" ")
        if kind == "tests":
            tests[name] = [line.strip() for line in lines]
        elif kind == "mutant":
            entries = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
            mutants.append(_mutant(name, entries))
        else:
            raise ListError(f"neither tests nor a mutant: {head}")
    for mutant in mutants:
        if mutant.tests not in tests:
            raise ListError(f"{mutant.name}: there are no tests named {mutant.tests}")
    return mutants, tests


def _mutant(name: str, entries: dict[str, str]) -> Mutant:
    missing = {"file", "find", "put", "tests"} - entries.keys()
    unknown = entries.keys() - {"file", "find", "put", "tests", "after", "kernels"}
    if missing or unknown:
        raise ListError(f"{name}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    kernels = entries.get("kernels", Path(entries["file"]).stem)
    return Mutant(
        name, entries["file"], entries["find"], entries["put"], entries.get("after", ""), kernels, entries["tests"]
    )
