"""Real clusters for the tests of this folder, and the plugin where real kubectl finds it.

A cluster is started when a test first asks for it, one for each MetalLB version, wiped between
tests and stopped at the end. Nothing here is skipped: what cannot be had fails.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.realcluster, however pytest was started

from tests.real.crash_town import CrashTown
from tests.real.running import Plugin
from tests.real.telling import Tell, seconds, told, totals
from tests.realcluster import parts
from tests.realcluster.cluster import RealCluster

_ROOT = Path(__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from kubectl_sharedip.cli.main import main; main()"


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """A remedy that was done on a real cluster, broken by this cause."""

    version: str
    cause: str
    remedy: str


_PLAYED = pytest.StashKey[list[Played]]()


class Clusters:
    """The clusters of one run, by MetalLB version. Call it from the main thread: see Child.start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, RealCluster] = {}
        self._town: CrashTown | None = None

    def town(self) -> CrashTown:
        """The town on the newest MetalLB, as some test before has left it; made where it does not stand."""
        if self._town is None:
            self._town = CrashTown(self.clean(parts.METALLB_VERSIONS[0]))
        return self._town

    def clean(self, version: str) -> RealCluster:
        """The cluster with this MetalLB, as if new."""
        if self._town is not None and version == parts.METALLB_VERSIONS[0]:
            self._town = None
        if version in self._running:
            self._running[version].wipe()
        else:
            cluster = RealCluster(parts.obtain(version), self._folder / version)
            cluster.start()
            self._running[version] = cluster
        return self._running[version]

    def stop(self) -> None:
        """Ends them. The logs stay with pytest's other files; etcd's data would be 100 MB each."""
        while self._running:
            _, cluster = self._running.popitem()
            cluster.stop()
            shutil.rmtree(cluster.folder / "etcd", ignore_errors=True)


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("real")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PLAYED] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How many remedies were done, by version."""
    found = config.stash[_PLAYED]
    if found:
        counted = Counter(one.version for one in found)
        each = ", ".join(f"{counted[version]} on {version}" for version in parts.METALLB_VERSIONS)
        terminalreporter.write_line(f"remedies of broken clusters that were done: {len(found)} ({each})")
    for line in (*told(terminalreporter), *totals(terminalreporter), *seconds(terminalreporter)):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def played(pytestconfig: pytest.Config) -> list[Played]:
    """The remedies that were done so far, for whoever does one more."""
    return pytestconfig.stash[_PLAYED]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> Tell:
    """Prints figures past pytest's capture, and keeps them in the record of the run."""
    return Tell(capsys, record_property)


@pytest.fixture(scope="session")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clusters]:
    made = Clusters(tmp_path_factory.mktemp("clusters"))
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def plugin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``kubectl-sharedip``: the program of this checkout, run by the Python of the tests."""
    folder = tmp_path_factory.mktemp("plugin")
    launcher = folder / "kubectl-sharedip"
    # -I: neither the folder it is called from nor a PYTHONPATH is a place to import from.
    command = shlex.join([sys.executable, "-I", "-c", _START, str(_ROOT)])
    launcher.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    launcher.chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def person(tmp_path: Path, plugin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin on PATH, its journals in the test's folder, no setting of whoever runs the tests.

    HOME stays: the programs of the clusters are kept there, and kubectl is told its kubeconfig.
    """
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", f"{plugin_folder}{os.pathsep}{os.environ['PATH']}")
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def metallb_version() -> str:
    """The newest; a test that wants another one says so by parametrize."""
    return parts.METALLB_VERSIONS[0]


@pytest.fixture
def cluster(clusters: Clusters, metallb_version: str) -> RealCluster:
    """A running cluster with nothing in it."""
    return clusters.clean(metallb_version)


@pytest.fixture(scope="session")
def program(plugin_folder: Path) -> Path:
    """The plugin itself, to be started without kubectl where a test is about its process."""
    return plugin_folder / "kubectl-sharedip"


@pytest.fixture
def town(clusters: Clusters) -> CrashTown:
    """The town; a test has it as it wants it with ``begin``."""
    return clusters.town()


@pytest.fixture
def plugin(town: CrashTown, program: Path, tmp_path: Path) -> Plugin:
    """The plugin, pointed at the town."""
    return Plugin(program, town.cluster.kubeconfig, tmp_path)
