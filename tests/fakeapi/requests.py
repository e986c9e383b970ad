"""Requests as values: what a client asked, what of the API it means, and what shall go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from .catalogue import SERVED, Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request as it came. Names of headers are in lower case; of repeated ones all values count."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""

    @property
    def user_agent(self) -> str:
        """What the client calls itself."""
        return ", ".join(self.headers.get("user-agent", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What to do instead of answering, or before it.

    ``delay_s`` seconds pass first. With ``drop`` the connection is then closed without a word; with
    ``status`` that status is sent with ``body`` and ``headers``; with neither the answer follows.
    """

    delay_s: float = 0.0
    drop: bool = False
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What of the API a path names; ``namespace`` and ``name`` are None for all."""

    served: Served
    namespace: str | None
    name: str | None
    subresource: str | None


def split(target: str) -> tuple[str, dict[str, str]]:
    """Path and query of a request line."""
    parts = urlsplit(target)
    return unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))


def understood(path: str) -> Meant | None:
    """What a path means, None for one that is not of a served resource."""
    for served in SERVED:
        if not path.startswith(f"{served.root}/"):
            continue
        words = path[len(served.root) + 1 :].split("/")
        namespace = None
        if served.namespaced and len(words) > 2 and words[0] == "namespaces":
            namespace, words = words[1], words[2:]
        if words[0] == served.plural and len(words) <= 3:
            return Meant(
                served=served,
                namespace=namespace,
                name=words[1] if len(words) > 1 else None,
                subresource=words[2] if len(words) > 2 else None,
            )
    return None
