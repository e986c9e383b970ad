"""What the flags of ``fix`` ask for, as goals; and which of them contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

import click

from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.service import Service


@frozen
class GoalFlags:
    """The flags that say what the named Services are to get."""

    share_with: str | None = None
    address: str | None = None
    separate: bool = False
    pin: bool = False
    key: str | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """Those that were given, as they are typed."""
        flags = (
            ("--share-with", self.share_with is not None),
            ("--address", self.address is not None),
            ("--separate", self.separate),
            ("--pin", self.pin),
        )
        return tuple(flag for flag, there in flags if there)


def refuse_contradictions(flags: GoalFlags, names: Sequence[str]) -> None:
    """Raises click.UsageError for goals that cannot both be meant; no cluster is asked."""
    if len(flags.given) > 1:
        raise click.UsageError(f"{' and '.join(flags.given)} contradict each other: give one goal.")
    if flags.given and not names:
        raise click.UsageError(f"{flags.given[0]} needs a Service: name the one that it is for.")
    if flags.key is not None and (flags.separate or flags.pin):
        raise click.UsageError(f"{flags.given[0]} and --key contradict each other: no key is needed there.")
    if flags.key is not None and not flags.key.strip():
        raise click.UsageError("--key: an empty key shares with nobody.")
    addresses_of(flags.address)


def addresses_of(text: str | None) -> tuple[Address, ...]:
    """The addresses of --address, one a family. Raises click.UsageError for anything else."""
    if text is None:
        return ()
    found = []
    for item in text.split(","):
        address = parse_address(item.strip())
        if address is None:
            raise click.UsageError(f'--address {text}: "{item.strip()}" is no IP address.')
        found.append(address)
    if len({address.family for address in found}) < len(found):
        raise click.UsageError(f"--address {text}: a Service has one address a family.")
    return tuple(found)


def goals_of(services: Sequence[Service], partner: Service | None, flags: GoalFlags) -> list[Goal]:
    """A goal for each Service. Raises click.UsageError where one is to share with itself."""
    if partner is not None and partner in services:
        raise click.UsageError(f"--share-with {flags.share_with}: it cannot share with itself.")
    return [
        Goal(
            service=service.name,
            share_with=partner.name if partner is not None else None,
            addresses=addresses_of(flags.address),
            separate=flags.separate,
            pin=flags.pin,
            key=flags.key,
        )
        for service in services
    ]
