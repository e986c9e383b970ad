"""Clusters that stay up after the command that started them: their records, their end.

Why it exists: to try the plugin by hand. A process is signalled only while its command line is
still the recorded one (it names the cluster's own folder); nothing is looked for by name.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .cluster import RealCluster
from .parts import Parts
from .processes import Child, wait_until

_RECORD = "processes.json"
_STOP_GRACE_S = 5.0


class NotThatOne(Exception):
    """A cluster of this name runs already, with another MetalLB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A process as it was started."""

    name: str
    pid: int
    command: tuple[str, ...]

    def is_running(self) -> bool:
        """Whether the pid is still this process, and not dead or somebody else's by now."""
        return _command_line(self.pid) == _joined(self.command)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A cluster on record. ``processes`` are in the order of their start."""

    name: str
    metallb_version: str
    kubeconfig: Path
    processes: tuple[Recorded, ...]

    @property
    def state(self) -> str:
        """``up``, or ``broken`` where a process is missing."""
        alive = [one for one in self.processes if one.is_running()]
        return "up" if len(alive) == len(self.processes) >= 3 else "broken"


def state_folder() -> Path:
    """The folder with one folder for each cluster."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "kubectl-sharedip" / "real-cluster"


def find(name: str) -> Standing | None:
    """The cluster on record under this name."""
    folder = state_folder() / name
    try:
        record = json.loads((folder / _RECORD).read_text())
    except FileNotFoundError:
        return None
    processes = tuple(
        Recorded(name=one["name"], pid=one["pid"], command=tuple(one["command"]))
        for one in record["processes"]
    )
    return Standing(
        name=name,
        metallb_version=record["metallb"],
        kubeconfig=folder / "kubeconfig",
        processes=processes,
    )


def all_standing() -> list[Standing]:
    """Every cluster on record, by name."""
    names = sorted(path.parent.name for path in state_folder().glob(f"*/{_RECORD}"))
    return [found for name in names if (found := find(name)) is not None]


def up(parts: Parts, name: str) -> tuple[Standing, bool]:
    """The cluster of this name, and whether it was started now. A broken one is replaced.

    Raises NotThatOne where it runs with another MetalLB, and what RealCluster.start raises.
    """
    with _locked(name):
        found = find(name)
        if found is not None and found.state == "up":
            if found.metallb_version != parts.metallb_version:
                raise NotThatOne(f"{name} runs already, with MetalLB {found.metallb_version}")
            return found, False
        _remove(name)
        folder = state_folder() / name
        children: list[Child] = []

        def record(child: Child) -> None:
            # At once, not when all is well: what an interrupted start leaves can be stopped.
            children.append(child)
            _write(folder, parts.metallb_version, children)

        cluster = RealCluster(parts, folder, outlives_parent=True, on_child=record)
        try:
            cluster.start()
        except BaseException:
            _remove(name)
            raise
        started = find(name)
        assert started is not None
        return started, True


def down(name: str) -> bool:
    """Stop a cluster and remove its folder; False where there was none."""
    with _locked(name):
        return _remove(name)


def _remove(name: str) -> bool:
    folder = state_folder() / name
    found = find(name)
    for process in reversed(found.processes if found else ()):
        _stop(process)
    existed = folder.is_dir()
    shutil.rmtree(folder, ignore_errors=True)
    return existed


def _stop(process: Recorded) -> None:
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        if not process.is_running():
            return
        try:
            os.kill(process.pid, signal_number)
            wait_until(lambda: not process.is_running(), _STOP_GRACE_S, f"{process.name} to end")
        except ProcessLookupError:
            return
        except TimeoutError:
            if signal_number == signal.SIGKILL:
                raise


def _write(folder: Path, metallb_version: str, children: list[Child]) -> None:
    processes = [
        asdict(Recorded(name=child.program.name, pid=child.pid, command=child.program.command))
        for child in children
    ]
    path = folder / _RECORD
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"metallb": metallb_version, "processes": processes}, indent=2) + "\n")
    new.replace(path)  # at no moment half a record


def _joined(command: tuple[str, ...]) -> str:
    return " ".join(command)


def _command_line(pid: int) -> str:
    """The command line of a process, empty where it is dead or only waits to be reaped."""
    path = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return path.read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    asked = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """One start or stop of a name at a time."""
    path = state_folder() / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
