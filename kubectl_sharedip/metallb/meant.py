"""Which of MetalLB's annotations a misspelt one was meant to be.

A name that MetalLB does not know is nothing to it, and it gives no event for it. This says what it
looks like; whether that matters is found out by asking the model again.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

from kubectl_sharedip.metallb.annotations import (
    ALLOCATED_FROM,
    NEW_PREFIX,
    OLD_PREFIX,
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    SHARING_KEY,
    in_force,
    prefixes,
)
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.service import Service

# What MetalLB reads of a Service. All of them are older than the oldest version that is modelled;
# only the prefix in front of them has changed.
READ = (REQUESTED_POOL, SHARING_KEY, REQUESTED_ADDRESSES)

_ALIKE = 0.36  # below, two names have nothing to do with each other (pool-name and address-pool have 0.38)


def parts(key: str) -> tuple[str, str] | None:
    """Prefix and name of a MetalLB annotation, None for any other."""
    for prefix in (NEW_PREFIX, OLD_PREFIX):
        if key.startswith(prefix):
            return prefix, key.removeprefix(prefix)
    return None


def known(key: str, version: Version) -> bool:
    """Whether this version reads the annotation under MetalLB's prefixes, or wrote it itself."""
    prefix, name = parts(key) or ("", "")
    # MetalLB writes this one itself and never reads it: left behind by another version, it is harmless.
    return name == ALLOCATED_FROM or (name in READ and prefix in prefixes(version))


@lru_cache(maxsize=1000)  # many Services have the same few
def unknown(key: str, version: Version) -> bool:
    """Whether an annotation stands under MetalLB's prefixes and this version does not know it."""
    return parts(key) is not None and not known(key, version)


@lru_cache(maxsize=1000)
def is_read(key: str) -> bool:
    """Whether some version reads the annotation of this key."""
    _, name = parts(key) or ("", "")
    return name in READ


def meant(key: str, value: str, version: Version) -> str | None:
    """The annotation that it was meant to be, under a prefix that is read; None where it is like none."""
    prefix, name = parts(key) or ("", "")
    nearest = _nearest(name, value)
    read = prefix if prefix in prefixes(version) else OLD_PREFIX
    return read + nearest if nearest else None


def renamings(service: Service, version: Version) -> dict[str, str]:
    """Each misspelt annotation that could be renamed, with its new name: that setting is not there yet."""
    found: dict[str, str] = {}
    for key, value in sorted(service.annotations.items()):
        if not unknown(key, version):
            continue
        name = meant(key, value, version)
        _, short = parts(name or "") or ("", "")
        if name is not None and name not in found.values() and in_force(service, short, version) is None:
            found[key] = name
    return found


def _nearest(name: str, value: str) -> str | None:
    alike = _alike(name)
    if alike == name:
        return name
    is_address = all(parse_address(item.strip()) is not None for item in value.split(","))
    return REQUESTED_ADDRESSES if is_address and alike in (None, REQUESTED_POOL) else alike


@lru_cache(maxsize=1000)  # the same few slips stand on many Services
def _alike(name: str) -> str | None:
    if name in READ:
        return name
    ratio, likest = max((SequenceMatcher(None, name.lower(), known.lower()).ratio(), known) for known in READ)
    return likest if ratio >= _ALIKE else None
