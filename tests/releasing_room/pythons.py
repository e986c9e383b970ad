"""The Pythons of this machine, by their version: on PATH, and where a version manager keeps them."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


@functools.cache
def python(version: str) -> str | None:
    """An interpreter of this version ("3.12"), asked directly: a stand-in on PATH is none."""
    for path in _candidates(version):
        if not path.exists():
            continue
        asked = [str(path), "-c", "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(asked, capture_output=True, text=True, check=False).stdout == version:
            return str(path)
    return None


def _candidates(version: str) -> Iterator[Path]:
    for root in (Path(sys.base_prefix).parent, Path.home() / ".pyenv" / "versions"):
        yield from sorted(root.glob(f"{version}*/bin/python{version}"))
    for folder in os.environ["PATH"].split(os.pathsep):
        yield Path(folder, f"python{version}")
