"""The wheel and the sdist, on each Python of this machine, with the oldest and the newest dependencies."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from scripts.releasing import locks, tree
from tests.command_line.lab import TOKEN, objects
from tests.fakeapi import FakeApi
from tests.releasing_room.pythons import python
from tests.releasing_room.questions import Answers, answers
from tests.releasing_room.released import ROOT, Release

_VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
PLUGIN, COMPLETION = "kubectl-sharedip", "kubectl_complete-sharedip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A cluster to ask about, and what the checkout answers."""

    kubeconfig: str
    expected: Answers


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("asked")
    with FakeApi(token=TOKEN) as api:
        for body in objects():
            api.put(body)
        kubeconfig = api.kubeconfig(folder / "config", namespace="shop", context="lab")
        expected = answers(Path(sys.executable), kubeconfig, folder)
        assert [status for _, status, _, _ in expected] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0]
        yield Asked(kubeconfig=kubeconfig, expected=expected)


@pytest.fixture
def wheel(release: Release) -> Path:
    (found,) = release.dist.glob("*.whl")
    return found


def run(*command: str | Path, **environment: str) -> str:
    """What it says on stdout; whatever it says elsewhere where it fails."""
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def at_work(folder: Path, home: Path) -> None:
    """Both programs in the folder, as kubectl runs them with nothing but PATH."""
    environment = {"PATH": f"{folder}{os.pathsep}{os.defpath}", "HOME": str(home)}
    for name, words, said in (
        (PLUGIN, ("version", "--client"), "kubectl-sharedip 0"),
        (PLUGIN, ("ls", "-f", str(ROOT / "examples" / "classic-conflict")), "192.168.1.205"),
        (COMPLETION, ("expl",), "explain\t"),
    ):
        done = subprocess.run(
            [str(folder / name), *words], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert said in done.stdout


@pytest.mark.parametrize("version", _VERSIONS)
def test_installed_by_pip(version: str, wheel: Path, asked: Asked, tmp_path: Path) -> None:
    """Into an empty environment with the oldest, then with the newest: each answers as the checkout does."""
    found = python(version)
    if found is None:
        pytest.skip(f"this machine has no Python {version}")
    run(found, "-I", "-m", "venv", tmp_path / "env")
    its = tmp_path / "env" / "bin" / "python"
    for constraints in ("oldest.txt", "newest.txt"):
        how = ("--quiet", "--no-compile", "--upgrade", "--upgrade-strategy", "eager")
        run(its, "-I", "-m", "pip", "install", *how, "-c", ROOT / "requirements" / constraints, wheel)
        assert "No broken requirements" in run(its, "-I", "-m", "pip", "check")
        assert pins(constraints, version).items() <= frozen(its).items()
        for mine, its_own in zip(asked.expected, answers(its, asked.kubeconfig, tmp_path), strict=True):
            assert its_own == mine
    at_work(its.parent, tmp_path)


def pins(constraints: str, version: str) -> dict[str, str]:
    """What the constraints come to on this Python, names as folders have them."""
    found = {}
    for pin in locks.pins(ROOT / "requirements" / constraints):
        marker = pin.requirement.marker
        if marker is None or marker.evaluate({"python_version": version}):
            found[as_folder(pin.requirement.name)] = pin.version
    return found


def as_folder(name: str) -> str:
    return canonicalize_name(name).replace("-", "_")


def frozen(its: Path) -> dict[str, str]:
    """What is installed, and in which version."""
    folders = its.parents[1].glob("lib/python*/site-packages/*.dist-info")
    pairs = (folder.stem.rpartition("-") for folder in folders)
    return {as_folder(name): version for name, _, version in pairs}


def test_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        times = {entry.date_time for entry in file.infolist()}
        (about,) = [file.read(name).decode() for name in names if name.endswith(".dist-info/METADATA")]
        (points,) = [file.read(name).decode() for name in names if name.endswith("entry_points.txt")]
    assert wheel.name.endswith("-py3-none-any.whl")
    made = datetime.fromtimestamp(tree.head().epoch_s, timezone.utc)
    assert times == {(*made.timetuple()[:5], made.second // 2 * 2)}  # zip counts in twos
    assert {name.partition("/")[0] for name in names} == {
        "kubectl_sharedip",
        f"{'-'.join(wheel.name.split('-')[:2])}.dist-info",
    }
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "kubectl_sharedip"], check=True, capture_output=True, text=True
    )
    program = {name for name in names if name.startswith("kubectl_sharedip/")}
    assert program == set(done.stdout.split()) | {"kubectl_sharedip/commit.txt"}
    assert PLUGIN in points and COMPLETION in points
    assert "\nRequires-Python: >=3.10\n" in about  # pip keeps it from an older one


def test_the_sdist_makes_the_same_wheel(release: Release, wheel: Path, tmp_path: Path) -> None:
    """By ``python -m build`` as anybody calls it, which fetches a build system of its own."""
    (sdist,) = release.dist.glob("kubectl_sharedip-*.tar.gz")
    with tarfile.open(sdist) as tar:
        tar.extractall(tmp_path)
    (source,) = tmp_path.iterdir()
    built = tmp_path / "built"
    run(sys.executable, "-I", "-m", "build", "--wheel", "--outdir", built, source)
    with zipfile.ZipFile(built / wheel.name) as made, zipfile.ZipFile(wheel) as given:
        assert set(made.namelist()) == set(given.namelist())
        for name in given.namelist():
            if not name.endswith(
                ("/WHEEL", "/RECORD")
            ):  # the build system's version, and what follows from it
                assert made.read(name) == given.read(name), name
