"""Colour is there when it is wanted, and only then."""

from __future__ import annotations

from typing import Literal

import pytest

from kubectl_sharedip.render.style import Style, colour_wanted


@pytest.mark.parametrize(
    ("setting", "is_terminal", "environment", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", True, {"TERM": "xterm"}, True),
        ("auto", False, {"TERM": "xterm"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"TERM": "dumb"}, True),
        ("always", True, {"NO_COLOR": "1"}, False),
        ("never", True, {}, False),
    ],
)
def test_who_gets_colour(
    setting: Literal["auto", "always", "never"], is_terminal: bool, environment: dict[str, str], wanted: bool
) -> None:
    assert colour_wanted(setting, is_terminal, environment) is wanted


def test_painting() -> None:
    style = Style(enabled=True)
    painted = [paint("x") for paint in (style.error, style.warning, style.ok, style.dim)]
    assert painted == ["\x1b[31mx\x1b[0m", "\x1b[33mx\x1b[0m", "\x1b[32mx\x1b[0m", "\x1b[2mx\x1b[0m"]
    assert style.error("") == ""
    assert Style(enabled=False).error("x") == "x"
