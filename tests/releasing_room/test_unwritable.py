"""A store that cannot be written, a home that cannot be: what still works goes on working."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line.lab import TOKEN, objects
from tests.fakeapi import FakeApi
from tests.releasing_room.released import ROOT
from tests.releasing_room.unprivileged import close_to_writing, run

_EXAMPLE = str(ROOT / "examples" / "classic-conflict")


@pytest.fixture
def program(installed: Path, tmp_path: Path) -> Iterator[Path]:
    """The launcher of a store that was never run and can be read only."""
    store = tmp_path / "store"
    shutil.copytree(
        (installed / "kubectl-sharedip").resolve().parent,
        store,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    close_to_writing(store)
    yield store / "kubectl-sharedip"
    for path in (store, *store.rglob("*")):
        path.chmod(0o755)


def environment(home: Path | str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


def test_a_store_that_cannot_be_written(program: Path, tmp_path: Path) -> None:
    """The byte code goes to the user's cache, where nobody else may write."""
    home = tmp_path / "home"
    home.mkdir()
    done = run(program, "ls", "-f", _EXAMPLE, environment=environment(home))
    assert (done.returncode, done.stderr) == (0, "")
    cached = home / ".cache" / "kubectl-sharedip" / "python"
    assert any(cached.rglob("*.pyc"))
    assert not any(program.parent.rglob("*.pyc"))
    assert cached.stat().st_mode & 0o077 == 0


def test_a_cache_that_others_may_write_is_not_used(program: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "kubectl-sharedip" / "python"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    given = environment(tmp_path) | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = run(program, "version", "--client", environment=given)
    assert (done.returncode, done.stderr) == (0, "")
    assert not any(folder.rglob("*.pyc"))


@pytest.mark.parametrize("where", ["not there", "a device", "empty"])
def test_nor_a_home(program: Path, where: str) -> None:
    home = {"not there": "/nowhere", "a device": "/dev/null", "empty": ""}[where]
    done = run(program, "version", "--client", environment=environment(home))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("kubectl-sharedip ")


def test_nor_a_home_on_a_cluster(program: Path, tmp_path: Path) -> None:
    """ls answers; fix, which must write down the state before, says why it does nothing, and does nothing."""
    home = tmp_path / "home"
    home.mkdir()
    with FakeApi(objects(), token=TOKEN) as api:
        live = ("--kubeconfig", api.kubeconfig(tmp_path / "config", namespace="shop", context="lab"))
        home.chmod(0o555)
        listed = run(program, "ls", *live, environment=environment(home))
        refused = run(program, "fix", "dot", "--yes", *live, environment=environment(home))
        home.chmod(0o755)
        assert [asked for asked in api.requests if asked.method == "PATCH"] == []
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "dns-tcp" in listed.stdout
    assert refused.returncode == 3
    (first, *rest) = refused.stderr.splitlines()[-2:]
    assert first.startswith("error: ") and len(rest) <= 1, refused.stderr
    assert str(home) in refused.stderr and "Traceback" not in refused.stderr
