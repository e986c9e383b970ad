"""Colour for the words that tell a state, and for nothing else.

It exists so that one place knows the escape sequences. It refuses to look at the terminal or the
environment itself: the caller says what it found there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from kubectl_sharedip.model.frozen import frozen


@frozen
class Style:
    """Paints a text, or, where not ``enabled``, gives it back. Widths are measured before painting."""

    enabled: bool

    def error(self, text: str) -> str:
        """For what does not work."""
        return self._painted("31", text)

    def warning(self, text: str) -> str:
        """For what is fragile."""
        return self._painted("33", text)

    def ok(self, text: str) -> str:
        """For what works."""
        return self._painted("32", text)

    def dim(self, text: str) -> str:
        """For what need not be looked at."""
        return self._painted("2", text)

    def _painted(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text else text


def colour_wanted(
    setting: Literal["auto", "always", "never"], is_terminal: bool, environment: Mapping[str, str]
) -> bool:
    """Whether to paint what goes to an output that is a terminal or not.

    ``setting`` is what --color says. NO_COLOR wins over all of it; else ``always`` and ``never`` are
    obeyed, and ``auto`` is a terminal that is not dumb.
    """
    if environment.get("NO_COLOR"):
        return False
    if setting != "auto":
        return setting == "always"
    return is_terminal and environment.get("TERM") != "dumb"
