"""Which two keys are nearly one: the smallest that are, beside the nearest that are not."""

from __future__ import annotations

import pytest

from kubectl_sharedip.diagnose.census import folded
from kubectl_sharedip.diagnose.near_keys import _one_apart, _pairs


@pytest.mark.parametrize(
    ("left", "right"),
    [("Web", "web"), ("web ", "web"), ("web app", "webapp"), ("web-app", "web_app"), (" Web-App", "web_app")],
)
def test_keys_that_fold_to_one(left: str, right: str) -> None:
    assert folded(left) == folded(right)


@pytest.mark.parametrize(("left", "right"), [("web-app", "webapp"), ("web", "wep"), ("web.app", "web_app")])
def test_keys_that_do_not(left: str, right: str) -> None:
    assert folded(left) != folded(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("mail", "mails"),
        ("mail", "ail"),
        ("mail", "maul"),
        ("maail", "mail"),
        ("dns", "dnz"),
        ("web1", "web1x"),
    ],
)
def test_keys_one_character_apart(left: str, right: str) -> None:
    assert _one_apart(left, right)
    assert _one_apart(right, left)
    assert _pairs(sorted([left, right])) == {left: (right,), right: (left,)}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("mail", "mail"),
        ("mail", "mial"),  # two were changed
        ("mail", "mailer"),
        ("web1", "web2"),  # a digit counts something
        ("web", "web1"),
        ("webs", "web1"),
        ("a", "b"),  # nothing else is left of them
        ("ab", "ac"),
    ],
)
def test_keys_that_are_further_apart(left: str, right: str) -> None:
    assert not _one_apart(left, right)
    assert not _one_apart(right, left)
    assert _pairs(sorted([left, right])) == {}


def test_of_many_keys_each_has_its_own() -> None:
    keys = ["dns", "dnz", "mail", "mails", "other"]

    assert _pairs(keys) == {"dns": ("dnz",), "dnz": ("dns",), "mail": ("mails",), "mails": ("mail",)}
