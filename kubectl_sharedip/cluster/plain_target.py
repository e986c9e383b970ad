"""A plain kubeconfig as a Target, without the kubernetes library: what kubeadm and k3s make.

It exists because that library takes longer to import than ten Services take to be read. Whatever is not
plain, or not whole, or cannot be used, is no Target here: the library's way then finds the same, or says
what is wrong. Refuses to word an error.
"""

from __future__ import annotations

import os

from kubectl_sharedip.cluster.limits import has_proxy
from kubectl_sharedip.cluster.plain_config import read_config
from kubectl_sharedip.cluster.plain_pool import PlainPool
from kubectl_sharedip.cluster.plain_tls import tls_of
from kubectl_sharedip.cluster.request import ConnectionRequest
from kubectl_sharedip.cluster.target import Target

_TRUST = ("insecure-skip-tls-verify", "certificate-authority", "certificate-authority-data")


def plain_target(request: ConnectionRequest) -> Target | None:
    """The server that kubectl would ask with these flags; None where the library has to be asked."""
    config = read_config(request.kubeconfig, os.environ)
    place = config.plain(request) if config.whole else None
    if place is None or config.context(request).get("cluster") is None or has_proxy():
        return None
    server, context = str(place.cluster["server"]), config.context(request)
    tls = None
    if server.startswith("https"):
        if sum(1 for name in _TRUST if place.cluster.get(name)) == 0:
            return None  # the system's roots, which are somewhere else on each system
        try:
            tls = tls_of(place)
        except (OSError, ValueError):
            return None
    token = place.user.get("token")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Target(
        context=request.context or config.current,
        cluster=request.cluster or str(context["cluster"]),
        user=request.user or str(context.get("user") or "") or None,
        namespace=config.namespace(request),
        server=server,
        authorization=lambda: headers,
        open_pool=lambda url: PlainPool(url, tls),
        compressed=not request.disable_compression,
    )
