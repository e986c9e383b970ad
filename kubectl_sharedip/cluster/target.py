"""One API server and who asks it, whichever way that was found out. Refuses to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kubectl_sharedip.cluster.trouble import Pool, PresentingPool
from kubectl_sharedip.model.frozen import field, frozen

if TYPE_CHECKING:
    from kubectl_sharedip.cluster.plugin import CredentialPlugin


@frozen
class PluggedIn:
    """A credential plugin, and the connections that present what it has, in place of the Target's."""

    plugin: CredentialPlugin
    open_pool: Callable[[str], PresentingPool]


@frozen
class Target:
    """One API server and who asks it. ``server`` is its URL as it was written.

    ``authorization`` gives the headers that say who asks, and may renew a token; ``open_pool`` makes the
    connections to the server of a URL. ``plugin`` has the credentials where one does. ``impersonation`` are
    header names and values. Names are None where no kubeconfig gives them.
    """

    context: str | None
    cluster: str | None
    user: str | None
    namespace: str
    server: str = field(repr=False)
    authorization: Callable[[], Mapping[str, str]] = field(repr=False)
    open_pool: Callable[[str], Pool] = field(repr=False)
    impersonation: tuple[tuple[str, str], ...] = ()
    plugin: PluggedIn | None = field(default=None, repr=False)
    compressed: bool = True
