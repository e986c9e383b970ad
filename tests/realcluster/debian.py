"""Programs out of Debian's packages, unpacked into a folder.

Nothing is installed, no list of the system's package manager is touched, and no service is started.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from .fetching import run
from .parts import PartMissing


def unpack(packages: Iterable[str], work: Path, target: Path) -> None:
    """Fetch the packages into ``work`` and lay out their files in ``target``.

    What they need beside is not fetched. Raises PartMissing where they are not to be had.
    """
    wanted = tuple(packages)
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise PartMissing(f"there is no apt-get to fetch {', '.join(wanted)} with")
    state, cache = work / "state", work / "cache"
    for folder in (state / "lists" / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True)
    apart = [f"Dir::State={state}", f"Dir::Cache={cache}", "Dir::State::status=/var/lib/dpkg/status"]
    options = [word for setting in (*apart, "APT::Sandbox::User=") for word in ("-o", setting)]
    run(["apt-get", "-q", *options, "update"], work, DEBIAN_FRONTEND="noninteractive")
    run(["apt-get", "-q", *options, "download", *wanted], work, DEBIAN_FRONTEND="noninteractive")
    for package in sorted(work.glob("*.deb")):
        run(["dpkg-deb", "-x", str(package), str(target)], work)
