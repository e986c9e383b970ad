"""``pools --for``: who wants to join an address, from a list of ports or from manifests."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.inventory.joinable import Newcomer
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import ServicePort

_PORT = re.compile(r"(\d+)(?:/(tcp|udp|sctp))?", re.IGNORECASE)
_MEANT_AS_PORTS = re.compile(r"\d+[/,:; -][^.]*")
_LAST_PORT = 65535

Newcomers = dict[ServiceName | None, Newcomer]


@frozen
class For:
    """What --for says: ports, or else files."""

    ports: tuple[ServicePort, ...]
    files: tuple[str, ...]


def for_of(words: Sequence[str], key: str | None) -> For | None:
    """What --for and --key say; None where nobody asks who could join.

    Raises click.UsageError for what is neither a list of ports nor one kind of thing.
    """
    if not words:
        if key is not None:
            raise click.UsageError("--key is for --for: give the ports or the manifest that it is for.")
        return None
    if key is not None and not key.strip():
        raise click.UsageError("--key: an empty key shares with nobody.")
    lists = [_ports(word) for word in words]
    for word, found in zip(words, lists, strict=True):
        if found is None and _MEANT_AS_PORTS.fullmatch(word) and not Path(word).exists():
            raise click.UsageError(f"--for {word}: write ports as 443/TCP,53/UDP, or give a file.")
    if all(one is None for one in lists):
        return For(ports=(), files=tuple(words))
    if any(one is None for one in lists):
        raise click.UsageError("--for takes ports (443/TCP,53/UDP) or files, not both.")
    ports = dict.fromkeys(port for one in lists for port in one or ())
    return For(ports=tuple(ports), files=())


def _ports(word: str) -> tuple[ServicePort, ...] | None:
    """The ports of ``443/TCP,53/UDP`` (TCP where none is said), None for what is something else."""
    matches = [_PORT.fullmatch(part.strip()) for part in word.split(",")]
    if any(match is None for match in matches):
        return None
    found = [ServicePort(int(match[1]), (match[2] or "TCP").upper()) for match in matches if match]
    wrong = next((port for port in found if not 0 < port.number <= _LAST_PORT), None)
    if wrong is not None:
        raise click.UsageError(f"--for {word}: {wrong.number} is no port; they go from 1 to {_LAST_PORT}.")
    return tuple(found)


def newcomers(wanted: For, key: str | None, reading: Reading) -> Newcomers:
    """Each Service that wants to join, by name; None is the name of a bare list of ports.

    Raises FileError for files that cannot be read, InputError where none of them holds a Service.
    """
    if wanted.ports:
        return {None: Newcomer(ports=wanted.ports, key=key)}
    from kubectl_sharedip.files.read import read_files
    from kubectl_sharedip.files.unusable import unusable
    from kubectl_sharedip.intake.services import read_service
    from kubectl_sharedip.intake.snapshot import families_seen

    raw = read_files(wanted.files, recursive=False, stdin=sys.stdin.buffer)
    families = families_seen(reading.raw) or ("ipv4",)
    found: Newcomers = {}
    for document in raw.documents:
        if document.body.get("kind") != "Service":
            continue
        if (fault := unusable(document)) is not None:
            raise fault
        service = read_service(document, [], reading.default_namespace or "default", families)
        if service is not None:
            known = reading.snapshot.services.get(service.name)
            if known is not None and service.cluster_ips_assumed:  # its families are settled already
                service = replace(service, cluster_ips=known.cluster_ips, cluster_ips_assumed=False)
            found[service.name] = Newcomer(ports=service.ports, key=key, service=service)
    if not found:
        raise InputError(
            f"{', '.join(wanted.files)}: there is no Service in it",
            "give --for a manifest of a Service, or ports",
        )
    return found
