"""Sharing keys for sharing keys: equal ones stay equal, others do not become so.

What is said of keys beside that stays as well: two that differ by a slip still do (their letters are
exchanged, their shape is kept), one that is written like an address is written like one, and a word that
says nothing still says nothing and stays.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping
from random import Random

from kubectl_sharedip.files.redact.addresses import Addresses
from kubectl_sharedip.files.redact.words import EMPTY_KEYS
from kubectl_sharedip.model.address import parse_address

_FIRST_CASED, _CASED = 0x0430, 32  # Cyrillic, small
_FIRST_STRANGE = 0x4E00  # letters without capitals
_LONGEST = 128  # characters; beyond, nobody's slip is looked for


class Keys:
    """First every key is shown to it, then it renames them."""

    def __init__(self, addresses: Addresses) -> None:
        """``addresses`` moves the keys that are written like one."""
        self._addresses = addresses
        self._seen: set[str] = set()
        self._names: Mapping[str, str] | None = None

    def freeze(self) -> None:
        """Everything has been shown: from now on it renames."""
        plain = sorted(key for key in self._seen if not (_says_nothing(key) or _like_an_address(key)))
        groups = _alike(plain)
        width = len(str(len(groups)))
        names: dict[str, str] = {}
        for number, group in enumerate(groups, start=1):
            name = f"key-{number:0{width}d}"
            exchanged = _exchange(number)
            names.update({key: name if len(group) == 1 else f"{name}-{exchanged(key)}" for key in group})
        self._names = names

    def of(self, key: str) -> str:
        """The new key; the same for an empty one, or while keys are still being shown."""
        if _like_an_address(key):
            return self._moved(key)
        if not key or _says_nothing(key):
            return key
        if self._names is None:
            self._seen.add(key)
            return key
        return self._names[key]

    def _moved(self, key: str) -> str:
        bare = key.strip()
        address, slash, length = bare.partition("/")
        before, _, after = key.partition(bare)
        return f"{before}{self._addresses.text(address) or address}{slash}{length}{after}"


def _folded(key: str) -> str:
    return "".join(key.split()).casefold().replace("-", "_")


def _says_nothing(key: str) -> bool:
    word = _folded(key)
    return len(word) < 2 or word.isdigit() or word in EMPTY_KEYS


def _like_an_address(key: str) -> bool:
    address, _, length = key.strip().partition("/")
    return parse_address(address) is not None and (not length or length.isdecimal())


def _alike(keys: Iterable[str]) -> list[list[str]]:
    """The keys in groups, in their order; those of one group may have been meant to be one.

    They are the same when case, blanks and hyphens are passed over, or when one character is left out of
    each. A group may join what is not alike: that does no harm.
    """
    leaders: dict[str, str] = {}

    def leader(key: str) -> str:
        while leaders[key] != key:
            key = leaders[key]
        return key

    first: dict[str, str] = {}
    for key in keys:
        leaders[key] = key
        texts = {f"same {_folded(key)}"}
        if len(key) <= _LONGEST:
            texts |= {f"near {key}", *(f"near {key[:n]}{key[n + 1 :]}" for n in range(len(key)))}
        for text in texts:
            other = first.setdefault(text, key)
            one, two = sorted((leader(key), leader(other)))
            leaders[two] = one
    groups: dict[str, list[str]] = {}
    for key in leaders:
        groups.setdefault(leader(key), []).append(key)
    return [groups[name] for name in sorted(groups)]


def _exchange(number: int) -> Callable[[str], str]:
    """Another letter for each letter, another digit for each digit; signs and blanks stay.

    The exchange is another one for each number. A letter beyond ASCII becomes one that stands for its
    place among those that ASCII does not have.
    """
    chance = Random(number)
    letters, digits = list(string.ascii_lowercase), list(string.digits)
    chance.shuffle(letters)
    chance.shuffle(digits)
    small = dict(zip(string.ascii_lowercase, letters, strict=True))
    table = {**small, **{k.upper(): v.upper() for k, v in small.items()}}
    table |= dict(zip(string.digits, digits, strict=True))
    strange: dict[str, str] = {}

    def exchanged(key: str) -> str:
        return "".join(
            sign if sign.isascii() and not sign.isalnum() else table.get(sign) or other(sign) for sign in key
        )

    def other(sign: str) -> str:
        small = sign.casefold()
        cased = len(small) == 1 and small != small.upper() and len(strange) < _CASED
        found = strange.setdefault(small, chr((_FIRST_CASED if cased else _FIRST_STRANGE) + len(strange)))
        return found if sign == small else found.upper()

    return exchanged
