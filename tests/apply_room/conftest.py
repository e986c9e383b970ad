"""What all tests of the apply room need: a fake cluster, nobody's home, and short waits."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.fakeapi, however pytest was started

from kubectl_sharedip.apply import making, sight
from tests.apply_room.cluster_of_three import Lab
from tests.fakeapi import FakeApi

_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", *_PROXIES, *map(str.upper, _PROXIES)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "_POLL_S", 0.02)
    monkeypatch.setattr(making, "_LOOK_AGAIN_S", 0.02)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, tmp_path)
