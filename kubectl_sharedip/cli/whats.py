"""What ``ls`` is asked for: addresses, keys, Services and namespaces, told apart by how they are written.

Refuses to guess: what nothing in the cluster is called is said, with the nearest that something is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address

import click

from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.inventory.addresses import key_of
from kubectl_sharedip.metallb.requests import Request as Wanted
from kubectl_sharedip.metallb.requests import requested
from kubectl_sharedip.metallb.state import status_addresses
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN, parse_version
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service

_SERVICE = ("svc", "service", "services")
_NAMESPACE = ("ns", "namespace", "namespaces")


@frozen
class Meant:
    """The Services that are meant, and an error for each word that means nothing."""

    names: frozenset[ServiceName]
    errors: tuple[InputError, ...]


def refuse_no_words(words: Iterable[str]) -> None:
    """Raises click.UsageError for a word that can mean nothing; no cluster is asked."""
    for word in words:
        first, slash, rest = word.partition("/")
        if not first or (slash and (not rest or ("/" in rest and first != "key"))):
            raise click.UsageError(
                f'"{word}": write an address, key/K, svc/NAME, ns/NAMESPACE or NAMESPACE/NAME.'
            )


def meant(reading: Reading, words: Sequence[str], chosen: Sequence[Service]) -> Meant:
    """Who is meant by these words.

    An address and a key mean whoever is there, whatever the scope; a bare name means the Services of
    that name among those ``chosen``, a name with its namespace that one.
    """
    names: set[ServiceName] = set()
    errors = []
    for word in words:
        found = {one.name for one in _of_word(reading, word, chosen)}
        names |= found
        if not found:
            errors.append(InputError(f'nothing is called "{word}"', _nearest(reading, word, chosen)))
    return Meant(names=frozenset(names), errors=tuple(errors))


def _of_word(reading: Reading, word: str, chosen: Sequence[Service]) -> Iterable[Service]:
    everyone = [s for s in reading.snapshot.services.values() if s.type == "LoadBalancer"]
    first, slash, rest = word.partition("/")
    if first == "key" and slash:
        return [s for s in everyone if key_of(s, reading.views) == rest]
    if first in _SERVICE and slash:
        return [s for s in chosen if s.name.name == rest]
    if first in _NAMESPACE and slash:
        return [s for s in everyone if s.name.namespace == rest]
    if slash:
        return [s for s in everyone if str(s.name) == word]
    address = _address(word)
    if address is not None:
        return [s for s in everyone if address in _addresses(reading, s)]
    keyed = [s for s in everyone if key_of(s, reading.views) == word]
    return [*keyed, *(s for s in chosen if s.name.name == word)]


def _address(word: str) -> str | None:
    try:
        return str(ip_address(word))
    except ValueError:
        return None


def _addresses(reading: Reading, service: Service) -> set[str]:
    """Those that it has, and, while it has none, those that it asks for."""
    held = {str(address) for address in status_addresses(service)}
    if held:
        return held
    state = next((view for view in reading.views if service.name in view.services), None)
    version = state.version if state else parse_version(NEWEST_KNOWN)
    assert version is not None  # NEWEST_KNOWN is a version
    wanted = requested(service, version)
    return {str(address) for address in wanted.addresses} if isinstance(wanted, Wanted) else set()


def _nearest(reading: Reading, word: str, chosen: Sequence[Service]) -> str:
    from difflib import get_close_matches

    everyone = reading.snapshot.services.values()
    known = {f"key/{key}" for s in everyone if (key := key_of(s, reading.views))}
    known |= {f"svc/{s.name.name}" for s in chosen} | {str(s.name) for s in everyone}
    known |= {str(address) for s in everyone for address in status_addresses(s)}
    near = get_close_matches(word, sorted(known), n=3)
    near = near or [
        one
        for one in sorted(known)
        if one.partition("/")[2]
        in get_close_matches(word, sorted({one.partition("/")[2] for one in known}), n=3)
    ]
    return f"the nearest are {', '.join(near)}" if near else "see what there is: kubectl sharedip ls -A"
