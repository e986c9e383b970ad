"""Where it runs: outside of the cluster, in a pod, or on one of its nodes.

It matters because kube-proxy of a node takes packets to the address of a Service before they leave, so
that what is tried there never sees the network. Refuses to be certain that a pod belongs to the cluster
that is asked about: any pod counts.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.announcement import Node
from kubectl_sharedip.model.probing import Whence
from kubectl_sharedip.probe.dial import source_of

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_API_SERVER = "KUBERNETES_SERVICE_HOST"


def whence(nodes: Iterable[Node], addresses: Iterable[Address]) -> Whence:
    """Where this process runs, seen from these nodes, and its own addresses towards ``addresses``."""
    host = socket.gethostname()
    sources = {address: source for address in addresses if (source := source_of(address)) is not None}
    node = next((node.name for node in nodes if any(map(_is_here, node.addresses))), "")
    in_pod = bool(os.environ.get(_API_SERVER)) or _SERVICE_ACCOUNT.exists()
    return Whence(
        host=host,
        place="node" if node else "pod" if in_pod else "outside",
        node=node,
        sources=MappingProxyType(sources),
    )


def _is_here(text: str) -> bool:
    """Whether this machine has the address: packets to it would leave from itself."""
    address = parse_address(text)
    return address is not None and source_of(address) == address
