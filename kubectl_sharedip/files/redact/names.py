"""Names for names: each text its own, in the order of the originals.

Whose turn comes first is decided by the order of names in more than one place, MetalLB's own among them,
so a renamed cluster keeps it: names are numbered as they sort. Refuses to keep anything of the text but
the word for an environment, by which it is told from others.
"""

from __future__ import annotations

import re

from kubectl_sharedip.files.redact.words import ENVIRONMENTS

_BETWEEN_WORDS = re.compile(r"[-_.]")
NAMESPACE = "ns"


class Names:
    """What is renamed, by kind of thing (``svc``, ``pool``). First all is shown to it, then it renames."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._seen: dict[str, set[str]] = {}
        self._numbers: dict[str, str] | None = None

    def freeze(self) -> None:
        """Everything has been shown: from now on it renames."""
        texts = sorted(set().union(*self._seen.values())) if self._seen else []
        width = len(str(len(texts)))
        self._numbers = {text: f"{place:0{width}d}" for place, text in enumerate(texts, start=1)}

    @property
    def size(self) -> int:
        """How many names have been shown."""
        return sum(map(len, self._seen.values()))

    def has(self, kind: str, text: str) -> bool:
        """Whether there is a thing of this kind with this name."""
        return text in self._seen.get(kind, ())

    def of(self, kind: str, text: str) -> str:
        """The new name; the same where the text is empty, or while things are still being shown."""
        if not text:
            return text
        if self._numbers is None:
            self._seen.setdefault(kind, set()).add(text)
            return text
        if kind == NAMESPACE:
            return self._namespace(text)
        return f"{kind}-{self._numbers[text]}"

    def _namespace(self, text: str) -> str:
        """The new name of a namespace; one that goes on after another's name and a hyphen goes on so.

        ``a-b/x`` sorts before ``a/x``, and ``a`` before ``a-b``: both orders are kept.
        """
        assert self._numbers is not None
        number = self._numbers[text]
        parts = text.split("-")
        for length in range(len(parts) - 1, 0, -1):
            before = "-".join(parts[:length])
            if self.has(NAMESPACE, before):
                return f"{self._namespace(before)}-{number}"
        environment = next((w for w in _BETWEEN_WORDS.split(text) if w.casefold() in ENVIRONMENTS), None)
        return f"{NAMESPACE}-{number}" + (f"-{environment}" if environment else "")
