"""The commands of README that install and start the program, as they stand there, in a clone of this commit.

What is in no index yet cannot be installed from one: of ``kubectl krew install`` it is held that the name is
that of the plugin, and what krew does with it is tried in test_krew_rules and in the real tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from kubectl_sharedip import __version__
from scripts.releasing import manifest
from tests.command_line.lab import TOKEN, objects
from tests.fakeapi import FakeApi
from tests.releasing_room.released import ROOT, Release
from tests.releasing_room.test_wheel import COMPLETION, PLUGIN, at_work, run

_COMMAND = re.compile(r"^    (\S.*?)(?:  .*)?$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_KREW = "kubectl krew install sharedip"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, with the environment that its scripts would make for themselves."""
    folder = tmp_path_factory.mktemp("clone") / "kubectl-sharedip"
    run("git", "clone", "--quiet", "--local", ROOT, folder)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    return folder


@pytest.fixture(scope="module")
def commands(clone: Path) -> list[str]:
    """What README has to be typed in a checkout; blocks of sh are run by tests/pages_room and tests/real."""
    return _COMMAND.findall(_FENCED.sub("", (clone / "README.md").read_text()))


def typed(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """A command as a shell in the folder takes it, with nothing compiled beforehand, which takes longest."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        # pip takes this one by its value, not by its name: 0 is what --no-compile sets.
        env={"PIP_NO_COMPILE": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_command_of_readme_is_run_by_a_test(commands: list[str], clone: Path) -> None:
    assert sorted(commands) == sorted([*_RUNS, *_RUN_ELSEWHERE])
    assert _KREW in (clone / "README.md").read_text()
    assert manifest.read(clone / "krew" / "sharedip.yaml")["metadata"]["name"] == _KREW.rpartition(" ")[2]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A home with nothing in it."""
    (tmp_path / "home").mkdir()
    return tmp_path


def _by_pipx(command: str, clone: Path, place: Path) -> None:
    home = place / "home"
    places = {"PIPX_HOME": str(place / "pipx"), "PIPX_BIN_DIR": str(place / "bin"), "HOME": str(home)}
    tools = Path(sys.executable).parent
    typed(command, clone, {**os.environ, **places, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"})
    assert {file.name for file in (place / "bin").iterdir()} == {PLUGIN, COMPLETION}
    at_work(place / "bin", home)
    run(sys.executable, "-I", "-m", "pipx", "uninstall", "kubectl-sharedip", **places)
    assert list((place / "bin").iterdir()) == []


def _by_pip(command: str, clone: Path, place: Path) -> None:
    run(sys.executable, "-I", "-m", "venv", place / "env")
    tools = place / "env" / "bin"
    typed(command, clone, {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"})
    at_work(tools, place / "home")


def _released(command: str, clone: Path, place: Path) -> None:
    typed(command, clone, os.environ)
    names = {file.name for file in (clone / "dist").iterdir()}
    wheel, sdist = (f"kubectl_sharedip-{__version__}{end}" for end in ("-py3-none-any.whl", ".tar.gz"))
    assert {manifest.archive_name(__version__), wheel, sdist} <= names
    run("git", "-C", clone, "checkout", "--quiet", "krew")  # it has written the archive's sum there


def _from_the_checkout(command: str, clone: Path, place: Path) -> None:
    with FakeApi(token=TOKEN) as api:
        for body in objects():
            api.put(body)
        kubeconfig = api.kubeconfig(place / "config", namespace="shop", context="lab")
        shown = typed(command, clone, {**os.environ, "KUBECONFIG": kubeconfig, "HOME": str(place / "home")})
    assert "192.0.2.12" in shown


_RUNS: Mapping[str, Callable[[str, Path, Path], None]] = {
    "pipx install .": _by_pipx,
    "pip install .": _by_pip,
    "./scripts/release": _released,
    "./scripts/sharedip ls -A": _from_the_checkout,
}
_LINK = "ln -s kubectl-sharedip ~/.krew/bin/kubectl_complete-sharedip"
# By the test beneath, by tests/pages_room, and by whoever runs this.
_RUN_ELSEWHERE = (_LINK, "./scripts/tour", "./scripts/test")


@pytest.mark.parametrize("command", _RUNS)
def test_a_command_does_what_it_is_there_for(
    command: str, commands: list[str], clone: Path, place: Path, registry: None
) -> None:
    assert command in commands
    _RUNS[command](command, clone, place)


@pytest.fixture
def krew_home(release: Release, installed: Path, place: Path) -> Iterator[Path]:
    """A home with what ``kubectl krew install`` leaves there, without the link for completion."""
    its = place / "home" / ".krew" / "bin"
    its.mkdir(parents=True)
    (its / "kubectl-sharedip").symlink_to((installed / "kubectl-sharedip").resolve())
    yield place / "home"


def test_the_link_for_completion(commands: list[str], krew_home: Path) -> None:
    assert _LINK in commands
    typed(_LINK, krew_home, {"HOME": str(krew_home), "PATH": os.defpath})
    at_work(krew_home / ".krew" / "bin", krew_home)
