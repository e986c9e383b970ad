"""A recording on disk: a line a world, compressed as a whole.

An interrupt must not cost what was recorded: each line is on disk at once, in a file beside it.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable
from pathlib import Path


class Recording:
    """The recording of this path; its folder is made when it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = path.with_suffix(".partial")

    def lines(self) -> list[str]:
        """The lines that are there, and after them those of a run that was interrupted."""
        found = lzma.decompress(self.path.read_bytes()).decode().splitlines() if self.path.exists() else []
        if self._partial.exists():
            # The last one may be half a line.
            found += [line for line in self._partial.read_text().split("\n")[:-1] if line]
        return found

    def keep(self, line: str) -> None:
        """Puts a line on disk, until all of them are written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._partial.open("a") as stream:
            stream.write(line + "\n")

    def write(self, lines: Iterable[str]) -> None:
        """Makes these lines the recording."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{line}\n" for line in lines)
        self.path.write_bytes(lzma.compress(text.encode(), preset=9))
        self._partial.unlink(missing_ok=True)
