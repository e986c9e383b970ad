"""An archive made from this commit, once for all tests of a run, and an installation of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests..., scripts..., however pytest was started

from scripts.releasing import krew_store
from tests.releasing_room.released import Release, ask_registry, made, make, once


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips, saying so, where no package registry is reached."""
    answer = once(tmp_path_factory, "registry", ask_registry)
    if not (answer / "reached").read_text():
        pytest.skip("no package registry is reached from here: what is installed from one was not tried")


@pytest.fixture(scope="session")
def release(registry: None, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The archive and its manifest, wheel and sdist."""
    return made(once(tmp_path_factory, "release", make))


@pytest.fixture(scope="session")
def installed(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder on PATH of an installation as krew makes it, with the link for completion."""
    folder = krew_store.install(release.archive, release.manifest, tmp_path_factory.mktemp("krew"))
    (folder / "kubectl_complete-sharedip").symlink_to("kubectl-sharedip")
    return folder
