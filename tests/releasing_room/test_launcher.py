"""The launcher finds a Python that is new enough, or says in one line what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.releasing_room.pythons import python
from tests.releasing_room.released import ROOT

# A Python that says that it is 3.9: the launcher calls it as `python3 -IS FILE ARGS`.
_OLD = """#!/bin/sh
exec {python} -I -c 'import runpy, sys
sys.version_info = (3, 9, 6, "final", 0)
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")' "$@"
"""
_STAND_IN = '#!/bin/sh\necho "no such version" >&2\nexit 127\n'
_LATER = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
_VERSION = ("version", "--client")


@pytest.fixture
def launcher(installed: Path) -> Path:
    return installed / "kubectl-sharedip"


def run(launcher: Path, folder: Path, *words: str, **pythons: str) -> subprocess.CompletedProcess[str]:
    """Run it with these programs on PATH, and readlink, and no other."""
    for tool in ("readlink", "sh"):
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    for name, text in pythons.items():
        path = folder / name.replace("_", ".")
        path.write_text(text)
        path.chmod(0o755)
    environment = {"PATH": str(folder), "HOME": str(folder)}
    return subprocess.run(
        [str(launcher), *words], env=environment, capture_output=True, text=True, check=False
    )


def one_line(done: subprocess.CompletedProcess[str], *said: str) -> None:
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr
    for text in said:
        assert text in done.stderr


def test_no_python(launcher: Path, tmp_path: Path) -> None:
    one_line(run(launcher, tmp_path, *_VERSION), "Python 3.10")


def test_a_python_that_is_too_old(launcher: Path, tmp_path: Path) -> None:
    done = run(launcher, tmp_path, *_VERSION, python3=_OLD.format(python=sys.executable))
    one_line(done, "Python 3.10", "only 3.9")


def test_a_later_one_is_found_behind_an_old_one_and_a_stand_in(launcher: Path, tmp_path: Path) -> None:
    old = _OLD.format(python=sys.executable)
    done = run(launcher, tmp_path, *_VERSION, python3=old, python3_14=_STAND_IN, python3_12=_LATER)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("kubectl-sharedip ")


def test_a_python_with_a_number_alone_is_enough(launcher: Path, tmp_path: Path) -> None:
    done = run(launcher, tmp_path, *_VERSION, python3_11=_LATER)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.7", "3.8", "3.9"])
def test_an_old_python_itself(launcher: Path, tmp_path: Path, version: str) -> None:
    """Where the machine has one: that it can read the start, and what it then says."""
    found = python(version)
    if found is None:
        pytest.skip(f"this machine has no Python {version}")
    done = run(launcher, tmp_path, *_VERSION, python3=f'#!/bin/sh\nexec {found} "$@"\n')
    if version == "2.7":  # it knows no -I, and says so; no system calls it python3
        assert done.returncode != 0 and "Traceback" not in done.stderr
        return
    one_line(done, f"only {version}")


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13", "3.14"])
def test_a_python_that_will_do(launcher: Path, tmp_path: Path, version: str) -> None:
    found = python(version)
    if found is None:
        pytest.skip(f"this machine has no Python {version}")
    example = str(ROOT / "examples" / "classic-conflict")
    done = run(launcher, tmp_path, "ls", "-f", example, python3=f'#!/bin/sh\nexec {found} "$@"\n')
    assert (done.returncode, done.stderr) == (0, "")
    assert "192.168.1.205" in done.stdout


def test_what_this_python_has_installed_has_no_say(launcher: Path, tmp_path: Path) -> None:
    """A click of its own in the way, and every setting that would bring it in."""
    (tmp_path / "click.py").write_text("raise SystemExit('not this one')\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [str(launcher), "--help"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: kubectl sharedip")


@pytest.mark.parametrize("path", ["absolute", "relative"])
def test_through_links(launcher: Path, tmp_path: Path, path: str) -> None:
    """krew makes an absolute one; the one for completion is relative and may lead over it."""
    first, second = tmp_path / "first", tmp_path / "bin" / "kubectl-sharedip"
    second.parent.mkdir()
    first.symlink_to(launcher.resolve())
    second.symlink_to(first if path == "absolute" else Path("..", "first"))
    done = subprocess.run([str(second), *_VERSION], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_half_an_installation(launcher: Path, tmp_path: Path) -> None:
    alone = tmp_path / "store" / "kubectl-sharedip"
    alone.parent.mkdir()
    shutil.copy(launcher.resolve(), alone)
    link = tmp_path / "kubectl-sharedip"
    link.symlink_to(alone)
    one_line(
        subprocess.run([str(link), "ls"], capture_output=True, text=True, check=False),
        "is not whole: remove the plugin and install it again",
    )


def test_the_launcher_of_the_checkout_is_the_one_that_is_packed(launcher: Path) -> None:
    assert launcher.resolve().read_text() == (ROOT / "krew" / "kubectl-sharedip").read_text()
