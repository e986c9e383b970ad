"""The programs of Prometheus that the files for it are held against: promtool and the blackbox exporter.

Taken from PATH, or else unpacked from Debian's packages into the cache. Nothing is installed, no list of
the system's package manager is touched, and no service is started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .parts import PartMissing, cache_folder, once

_PACKAGES = ("prometheus", "prometheus-blackbox-exporter")
_PROMTOOL = "promtool"
_BLACKBOX = ("blackbox_exporter", "prometheus-blackbox-exporter")


@dataclass(frozen=True, kw_only=True, slots=True)
class Monitors:
    """Paths of both programs."""

    promtool: Path
    blackbox: Path


def obtain() -> Monitors:
    """Both programs. Raises PartMissing where they are neither on PATH nor to be had from Debian."""
    promtool = shutil.which(_PROMTOOL)
    blackbox = next(filter(None, map(shutil.which, _BLACKBOX)), None)
    if promtool and blackbox:
        return Monitors(promtool=Path(promtool), blackbox=Path(blackbox))
    programs = (
        once(cache_folder() / "monitors", "promtool and the blackbox exporter", _unpack) / "usr" / "bin"
    )
    return Monitors(promtool=programs / _PROMTOOL, blackbox=programs / _BLACKBOX[-1])


def _unpack(work: Path, target: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise PartMissing(
            "promtool and blackbox_exporter are not on PATH, and there is no apt-get to fetch them with"
        )
    state, cache = work / "state", work / "cache"
    for folder in (state / "lists" / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True)
    apart = [f"Dir::State={state}", f"Dir::Cache={cache}", "Dir::State::status=/var/lib/dpkg/status"]
    options = [word for setting in (*apart, "APT::Sandbox::User=") for word in ("-o", setting)]
    _run(["apt-get", "-q", *options, "update"], work)
    _run(["apt-get", "-q", *options, "download", *_PACKAGES], work)
    for package in sorted(work.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(package), str(target)], work)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-10:])
        raise PartMissing(f"{command[0]} failed:\n{tail}")
