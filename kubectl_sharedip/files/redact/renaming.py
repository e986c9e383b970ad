"""All that is renamed in one snapshot, and how a text comes to its new one.

It is used twice on the same objects: first everything is shown to it, then, frozen, it renames. So what
reads the objects is written once. What it is not told the meaning of becomes a name of its own, whatever
it was: a field that is forgotten here gives nothing away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kubectl_sharedip.files.kept import METALLB_PREFIXES
from kubectl_sharedip.files.redact.addresses import Addresses
from kubectl_sharedip.files.redact.keys import Keys
from kubectl_sharedip.files.redact.names import NAMESPACE, Names
from kubectl_sharedip.files.redact.words import ENVIRONMENT_LABELS, ENVIRONMENTS, LABELS, VALUES

_UNREADABLE = "unreadable"
_MAY_BE_ONE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?/[a-z]([-a-z0-9]*[a-z0-9])?")


class Renaming:
    """Names, keys and addresses of one snapshot."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._names = Names()
        self.addresses = Addresses()
        self._keys = Keys(self.addresses)
        self._frozen = False

    def freeze(self) -> None:
        """Everything has been shown: from now on it renames."""
        self._names.freeze()
        self.addresses.freeze()
        self._keys.freeze()
        self._frozen = True

    @property
    def size(self) -> int:
        """How many names have been shown."""
        return self._names.size

    def name(self, kind: str, text: str) -> str:
        """The name of a thing of that kind (``svc``, ``node``)."""
        return self._names.of(kind, text)

    def has(self, kind: str, text: str) -> bool:
        """Whether a thing of that kind was shown under this name."""
        return self._names.has(kind, text)

    def namespace(self, text: str) -> str:
        """The name of a namespace."""
        return self._names.of(NAMESPACE, text)

    def key(self, text: str) -> str:
        """A sharing key."""
        return self._keys.of(text)

    def address_text(self, text: str) -> str | None:
        """An address, a prefix or a range as it is written; None for what is none."""
        return self.addresses.text(text) or self.addresses.entry(text)

    def address(self, text: str) -> str:
        """An address, or what stands where one should: that stays unreadable."""
        bare = text.strip()
        found = self.address_text(bare)
        if found is None:
            return self._unreadable(text)
        before, _, after = text.partition(bare)
        return f"{before}{found}{after}"

    def addresses_list(self, text: str) -> str:
        """Addresses between commas, with the blanks around each."""
        return ",".join(self.address(item) if item.strip() else item for item in text.split(","))

    def range(self, text: str) -> str:
        """An entry of a pool; what cannot be read stays unreadable, as a prefix or as a range."""
        found = self.addresses.entry(text)
        if found is not None:
            return found
        return "-".join(self.address(part) if part.strip() else part for part in text.split("-"))

    def _unreadable(self, text: str) -> str:
        renamed = self.name("word", text)
        return f"{_UNREADABLE} {renamed.replace('-', ' ')}" if self._frozen and text else renamed

    def source_range(self, text: str) -> str:
        """From where clients may come: only whether two are equal, and all of a family, says anything."""
        return text if text in ("0.0.0.0/0", "::/0") else self.name("clients", text)

    def service_text(self, text: str) -> str | None:
        """``namespace/name`` where it is that of a Service that was shown, or may be one; else None.

        MetalLB names Services too that could not be read.
        """
        namespace, slash, name = text.partition("/")
        if not slash or "/" in name or not namespace or not name:
            return None
        shown = self.has(NAMESPACE, namespace) or self.has("svc", name)
        if not shown and not _MAY_BE_ONE.fullmatch(text):
            return None
        return f"{self.namespace(namespace)}/{self.name('svc', name)}"

    def label_key(self, key: str) -> str:
        """The key of a label; what tools and Kubernetes set stays."""
        return key if key in LABELS or key.startswith(METALLB_PREFIXES) else self.name("label", key)

    def label_value(self, key: str, value: Any) -> Any:
        """The value of a label, or what a selector compares it with."""
        if not isinstance(value, str):
            return self.opaque(value)
        if key.startswith(METALLB_PREFIXES) and key not in LABELS:
            return self.setting(key, value)
        if value in VALUES or (key in ENVIRONMENT_LABELS and value.casefold() in ENVIRONMENTS):
            return value
        return self.name("value", value)

    def setting(self, key: str, value: Any) -> Any:
        """The value of an annotation under MetalLB's prefixes, by what its name, or its value, says it is."""
        if not isinstance(value, str):
            return self.opaque(value)
        name = key.partition("/")[2]
        chosen = _SETTINGS.get(name)
        if chosen is None:
            chosen = self._guess(name, value)
        return chosen(self, value)

    def _guess(self, name: str, value: str) -> Callable[[Renaming, str], str]:
        """What a misspelt annotation was meant to be, as far as it matters which names are the same."""
        if all(self.addresses.text(item.strip()) is not None for item in value.split(",")):
            return Renaming.addresses_list
        return _pool if "pool" in name.lower() and "share" not in name.lower() else Renaming.key

    def opaque(self, value: Any) -> Any:
        """Something of which nothing is known: a text becomes a name, in whatever it stands."""
        if isinstance(value, str):
            return self.name("word", value)
        if isinstance(value, dict):
            return {self.name("word", str(k)): self.opaque(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.opaque(item) for item in value]
        return value


def _pool(names: Renaming, text: str) -> str:
    return names.name("pool", text)


_SETTINGS: dict[str, Callable[[Renaming, str], str]] = {
    "allow-shared-ip": Renaming.key,
    "address-pool": _pool,
    "ip-allocated-from-pool": _pool,
    "loadBalancerIPs": Renaming.addresses_list,
}
