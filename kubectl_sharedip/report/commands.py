"""Commands to be typed: quoted for a shell, with the flags that are in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.shell import shell_line

if TYPE_CHECKING:
    from kubectl_sharedip.model.plan import Goal


@frozen
class InForce:
    """The flags that a printed command repeats: connection, files and MetalLB (never a token).

    ``kubectl`` are those of them that kubectl itself knows.
    """

    ours: tuple[str, ...] = ()
    kubectl: tuple[str, ...] = ()


def fix_command(goal: Goal, needs: Iterable[Allowance], flags: InForce) -> str:
    """The ``kubectl sharedip fix`` that goes this way."""
    words = ["kubectl", "sharedip", "fix", goal.service.name, "-n", goal.service.namespace, *flags.ours]
    if goal.share_with is not None:
        partner = goal.share_with
        same = partner.namespace == goal.service.namespace
        words.extend(("--share-with", partner.name if same else str(partner)))
    if goal.addresses:
        words.extend(("--address", ",".join(map(str, goal.addresses))))
    words.extend(["--separate"] if goal.separate else [])
    words.extend(["--pin"] if goal.pin else [])
    words.extend(["--key", goal.key] if goal.key is not None else [])
    allowed = ",".join(needs)
    if allowed:
        words.extend(("--allow", allowed))
    return shell_line(words)


def why_command(service: ServiceName, flags: InForce) -> str:
    """The ``kubectl sharedip why`` of this Service."""
    return shell_line(["kubectl", "sharedip", "why", service.name, "-n", service.namespace, *flags.ours])


def kubectl_command(words: Iterable[str], flags: InForce) -> str:
    """A plain kubectl command with the flags in force."""
    return shell_line(["kubectl", *words, *flags.kubectl])
