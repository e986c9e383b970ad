"""The tree of why: every finding with what it rests on, in the signs that a terminal has."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.render_room, however pytest was started

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.tree import diagnosis_tree
from tests.render_room.forms import fact, finding, item, leaf, rule

PLAIN = Style(enabled=False)


def tree(*items: dict[str, object], boxes: bool = True, width: int | None = 80) -> str:
    return diagnosis_tree({"items": list(items)}, width=width, style=PLAIN, boxes=boxes)


def pending() -> dict[str, object]:
    asks = fact("web", "spec.loadBalancerIP", "192.0.2.10")
    first = rule(2, "it is asked for", leaf(1, asks))
    proof = rule(3, "a port can be held once", first, {"id": 1})
    cause = finding("SIP206", "Taken.", decisive=True, cause=True, objects=[asks])
    other = finding("SIP115", "Almost alike.", objects=[fact("web", "key", None)])
    return item(cause="SIP206#1", proof=proof, findings=[cause, other])


def test_with_box_characters() -> None:
    assert tree(pending()) == (
        "shop/web is Pending\n"
        "├─ SIP206  Taken.\n"
        "│  └─ [3] a port can be held once\n"
        "│     ├─ [2] it is asked for\n"
        "│     │  └─ [1] a fact\n"
        "│     └─ see [1]\n"
        "└─ SIP115  Almost alike.\n"
        "   └─ Service shop/web: key is not set\n"
    )


def test_in_plain_ascii() -> None:
    shown = tree(pending(), boxes=False)
    assert shown.isascii()
    assert [line.lstrip("|` -") for line in shown.splitlines()] == [
        line.lstrip("│├└─ ") for line in tree(pending()).splitlines()
    ]


def test_lines_go_on_beneath_their_own_branch() -> None:
    long = finding("SIP206", "word " * 30, cause=True)
    lines = tree(item(findings=[long, finding("SIP111", "Old.")]), width=40).splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert all(line.startswith("│  ") for line in lines[2:-1])


def test_an_assigned_one_has_its_proof_at_its_foot() -> None:
    proof = rule(2, "it stays", leaf(1, fact("web", "field", "x")))
    assert tree(item(state="Assigned", addresses=["192.0.2.1"], proof=proof)) == (
        "shop/web has 192.0.2.1\n└─ [2] it stays\n   └─ [1] a fact\n"
    )


def test_nothing_is_nothing() -> None:
    assert tree() == ""
