"""The texts of MetalLB, with the names in them renamed and MetalLB's own words left.

A text that answers are held against has to go on saying the same of the same objects. Every word that is
neither MetalLB's nor known as somebody's is renamed as well: nobody knows whose it is. Texts of others are
not kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kubectl_sharedip.files.redact.words import METALLB

if TYPE_CHECKING:
    from kubectl_sharedip.files.redact.renaming import Renaming

REMOVED = "(redacted)"

# A quoted text as Go writes it; a word with what may stand in one; anything else as it is.
_PIECE = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s",;\[\]]+)|(?P<other>[\s,;\[\]]+|")')
_PORT = re.compile(r"(TCP|UDP|SCTP)/\d+|\d+/(TCP|UDP|SCTP)")
_ESCAPED = re.compile(r"\\(.)")
_STAYS = frozenset({"", "<nil>", "layer2", "bgp", "ipv4", "ipv6", "dual"})
_AFTER = ":)."
_NAMED_AFTER = {"pool": "pool", "node": "node", "interface": "iface", "interfaces": "iface"}
_ADDRESSES_AFTER = ("loadbalancerips", "loadbalancerip", "ips", "ip", "ip(s", "address", "cidr", "range")


def message(names: Renaming, text: str) -> str:
    """The text of MetalLB with every name in it renamed."""
    parts: list[str] = []
    before = ""
    for piece in _PIECE.finditer(text):
        if piece["quoted"] is not None:
            parts.append(f'"{_quoted(names, piece["quoted"], before)}"')
        elif piece["word"] is not None:
            parts.append(_word(names, piece["word"], before))
        else:
            parts.append(piece["other"])
            continue
        before = piece["word"] or before
    return "".join(parts)


def _quoted(names: Renaming, quoted: str, before: str) -> str:
    text = _ESCAPED.sub(r"\1", quoted)
    said = before.lower().rstrip(_AFTER)
    if text in _STAYS:
        return quoted
    if said in _NAMED_AFTER:
        return _escaped(names.name(_NAMED_AFTER[said], text))
    if said.endswith(_ADDRESSES_AFTER):
        return _escaped(names.addresses_list(text))
    known = names.service_text(text) or names.address_text(text)
    return _escaped(known if known is not None else names.name("word", text))


def _word(names: Renaming, word: str, before: str) -> str:
    bare = word.rstrip(_AFTER)
    after = word[len(bare) :]
    if before.lower() == "pool" and (names.has("pool", bare) or bare.lower() not in METALLB):
        return names.name("pool", bare) + after
    if before.lower() == "k" or bare.startswith(("metallb.io/", "metallb.universe.tf/")):
        return word
    if bare.lower() in METALLB or bare.isdigit() or _PORT.fullmatch(bare) or not bare:
        return word
    if ":" in bare and bare.partition(":")[0].lower() in METALLB and not names.address_text(bare):
        head, colon, rest = bare.partition(":")
        return f"{head}{colon}{_word(names, rest, head)}{after}"
    found = names.service_text(bare) or names.address_text(bare)
    return (found if found is not None else names.name("word", bare)) + after


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
