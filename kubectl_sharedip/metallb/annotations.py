"""Which of a Service's MetalLB annotations are in force.

Source: ``controller/service.go`` (annotation lookup, v0.14.9 and later). The newer prefix wins
by being there at all, even with an empty value.
"""

from __future__ import annotations

from functools import lru_cache

from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.service import Service

NEW_PREFIX = "metallb.io/"
OLD_PREFIX = "metallb.universe.tf/"

SHARING_KEY = "allow-shared-ip"
REQUESTED_ADDRESSES = "loadBalancerIPs"
REQUESTED_POOL = "address-pool"
ALLOCATED_FROM = "ip-allocated-from-pool"


@frozen
class Setting:
    """An annotation that is in force: its whole key, and its value verbatim."""

    key: str
    value: str

    @property
    def field(self) -> str:
        """Its place in the Service."""
        return annotation_field(self.key)


def annotation_field(key: str) -> str:
    """The field path of an annotation, as findings and documents write it."""
    return f'metadata.annotations["{key}"]'


def prefixes(version: Version) -> tuple[str, ...]:
    """The prefixes that this version reads, the one that wins first."""
    return (NEW_PREFIX, OLD_PREFIX) if version.reads_metallb_io else (OLD_PREFIX,)


def allocated_from(version: Version) -> str:
    """The annotation in which MetalLB notes the pool; it never reads it."""
    return prefixes(version)[0] + ALLOCATED_FROM


def in_force(service: Service, name: str, version: Version) -> Setting | None:
    """The annotation of that name (without prefix) that MetalLB uses, or None where none is set.

    An empty value is a setting too: it switches the feature off and hides the older annotation.
    """
    for key in _keys(name, version):
        value = service.annotations.get(key)
        if value is not None:
            return Setting(key=key, value=value)
    return None


def value_in_force(service: Service, name: str, version: Version) -> str:
    """The value of that annotation, empty where none is set."""
    for key in _keys(name, version):
        value = service.annotations.get(key)
        if value is not None:
            return value
    return ""


@lru_cache  # a handful of names and versions, asked for at every look at every Service
def _keys(name: str, version: Version) -> tuple[str, ...]:
    return tuple(prefix + name for prefix in prefixes(version))
