"""A process that may not write where the modes say so, also where root runs the tests."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_DROP_FROM_BOUNDING_SET, _DAC_OVERRIDE = 24, 1  # prctl(2), capabilities(7)


def _keep_to_modes() -> None:
    """Root without the right to write in spite of modes, from the next exec on."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, _DAC_OVERRIDE, 0, 0, 0):
        raise OSError("root could not give up its right to write everywhere")


def run(program: Path, *words: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs it to its end, held to the modes of files and folders."""
    return subprocess.run(
        [str(program), *words],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_keep_to_modes,
    )


def close_to_writing(folder: Path) -> None:
    """The folder, and all in it, can be read and no more."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o555)
