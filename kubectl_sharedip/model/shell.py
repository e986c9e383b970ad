"""Words as one line for a shell, in which nothing is hidden.

It exists because sharing keys are free text: a line that is printed to be copied must neither turn the
direction of the text around it nor lose what cannot be seen. Refuses to know what the words mean.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

_QUOTED = {"\\": "\\\\", "'": "\\x27"}
_FORMS = ((0x80, "\\x{:02x}"), (0x10000, "\\u{:04x}"), (0x110000, "\\U{:08x}"))  # below which code which form


def shell_line(words: Iterable[str]) -> str:
    r"""The words, each quoted where it has to be.

    One with a hidden character is written as ``$'\u202e'``, which bash and zsh read.
    """
    return " ".join(map(shell_word, words))


def shell_word(word: str) -> str:
    """One word, quoted where it has to be."""
    return shlex.quote(word) if word.isprintable() else f"$'{''.join(map(_escaped, word))}'"


def _escaped(character: str) -> str:
    if character in _QUOTED or character.isprintable():
        return _QUOTED.get(character, character)
    code = ord(character)
    return next(form for end, form in _FORMS if code < end).format(code)
