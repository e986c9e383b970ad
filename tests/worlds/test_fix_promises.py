"""What holds plans against clusters tells each way in which something else came, and is quiet otherwise."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.worlds, however pytest was started

from tests.worlds.fixes.promises import broken
from tests.worlds.fixes.world import Addresses
from tests.worlds.world import Json

BEFORE: Addresses = {"shop/a": ["192.0.2.1"], "shop/b": [], "shop/c": ["192.0.2.1"]}


def _effect(*after: list[str], name: str = "b", before: tuple[str, ...] = (), certain: bool = True) -> Json:
    return {
        "namespace": "shop",
        "name": name,
        "before": list(before),
        "after": list(after),
        "certain": certain,
    }


@pytest.mark.parametrize(
    ("effects", "came"),
    [
        ([_effect(["192.0.2.2"])], {"shop/b": ["192.0.2.2"]}),
        ([_effect(["192.0.2.2"], ["192.0.2.3"], certain=False)], {"shop/b": ["192.0.2.3"]}),
        ([], {}),
    ],
)
def test_what_came_as_foretold_is_not_told(effects: list[Json], came: Addresses) -> None:
    assert list(broken(effects, BEFORE, {**BEFORE, **came})) == []


@pytest.mark.parametrize(
    ("effects", "came", "said"),
    [
        ([], {"shop/b": ["192.0.2.2"]}, "shop/b was not to change"),
        ([_effect(["192.0.2.2"])], {"shop/b": ["192.0.2.2"], "shop/c": []}, "shop/c was not to change"),
        ([_effect(["192.0.2.2"])], {}, "shop/b certainly gets"),
        ([_effect(["192.0.2.2"])], {"shop/b": ["192.0.2.3"]}, "shop/b certainly gets"),
        (
            [_effect(["192.0.2.2"], [], certain=False)],
            {"shop/b": ["192.0.2.3"]},
            "shop/b possibly gets",
        ),
        (
            [_effect(["192.0.2.2", "2001:db8::1"])],
            {"shop/b": ["2001:db8::1", "192.0.2.2"]},
            "shop/b certainly gets",
        ),
        (
            [_effect(["192.0.2.2"], [], certain=True)],
            {"shop/b": ["192.0.2.2"]},
            "shop/b: certain, and there are",
        ),
        (
            [_effect(["192.0.2.2"], before=("192.0.2.9",))],
            {"shop/b": ["192.0.2.2"]},
            "shop/b was said to have",
        ),
        ([_effect(["192.0.2.2"], name="gone")], {}, "shop/gone certainly gets"),
    ],
)
def test_what_came_otherwise_is_told(effects: list[Json], came: Addresses, said: str) -> None:
    found = list(broken(effects, BEFORE, {**BEFORE, **came}))
    assert any(text.startswith(said) for text in found), found
