"""The program as people have it: from krew's archive and from the wheel, made of what is committed.

Refuses to measure the checkout, which nobody installs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts.releasing import krew_store, manifest, tree

_PLUGIN, _COMPLETION = "kubectl-sharedip", "kubectl_complete-sharedip"
#: The Python that the checkout's own environment was made with, and what people would call it.
PYTHON = Path(sys.base_prefix, "bin", "python3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The program as one way of installing it leaves it: ``way`` is krew or wheel."""

    way: str
    plugin: Path
    completion: Path


def install(folder: Path) -> tuple[Installed, Installed]:
    """Release what is committed, and install it both ways below the folder: krew's first.

    Raises RuntimeError in the words of what failed.
    """
    dist, filled = folder / "dist", folder / "sharedip.yaml"
    dist.mkdir(parents=True)
    filled.write_bytes(manifest.MANIFEST.read_bytes())
    release = tree.ROOT / "scripts" / "releasing" / "release.py"
    _run(sys.executable, "-I", release, "--dist", dist, "--manifest", filled)
    body = manifest.read(filled)
    shown = krew_store.install(
        dist / manifest.archive_name(body["spec"]["version"][1:]), body, folder / "krew"
    )
    (shown / _COMPLETION).symlink_to(_PLUGIN)
    environment = folder / "wheel"
    _run(PYTHON, "-I", "-m", "venv", environment)
    (wheel,) = dist.glob("*.whl")
    locked = tree.ROOT / "requirements" / "run.txt"
    pip = (environment / "bin" / "python", "-I", "-m", "pip", "install")
    how = ("--quiet", "--no-deps", "--disable-pip-version-check")
    _run(*pip, *how, "--require-hashes", "-r", locked)
    _run(*pip, *how, wheel)  # made a moment ago: no lock knows its sum
    return laid_out("krew", shown), laid_out("wheel", environment / "bin")


def path_for(krew: Installed, kubectl: Path) -> str:
    """PATH with the plugin, this kubectl, one Python, and what a shell script needs."""
    folders = (krew.plugin.parent, kubectl.parent, PYTHON.parent)
    return os.pathsep.join([*map(str, folders), os.defpath])


def laid_out(way: str, folder: Path) -> Installed:
    """The program and its second name in a folder."""
    return Installed(way=way, plugin=folder / _PLUGIN, completion=folder / _COMPLETION)


def _run(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} {command[2]}: {(done.stderr or done.stdout).strip()}")
