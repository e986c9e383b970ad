"""What is offered for a Service of a broken cluster: each ``fix``, and each command to be typed as it is.

It refuses to do any of it; see remedies.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.real.asking import Json, document, parsed, typed
from tests.realcluster.cluster import RealCluster

UNREACHABLE = "SIP6"  # nobody announces an address here, and no Service has a pod
KUBECTL, HERE = "kubectl ", " -n default"
FIX = "kubectl sharedip fix "
_BY_HAND = ("annotate", "label", "patch")  # what else is offered needs an editor, or only looks


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A remedy that a person types, by what follows "kubectl", and what the document says of it.

    ``follows``: it is for when the one before it was done.
    """

    command: str
    summary: str
    leaves: frozenset[str]

    @property
    def follows(self) -> bool:
        """Whether it says so."""
        return self.summary.startswith("Then ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Offers:
    """``fixes`` by what follows "fix", each with what a refused plan lists of it, or None."""

    fixes: Mapping[str, Json | None]
    by_hand: Sequence[Typed]


def diagnosis(cluster: RealCluster, service: str) -> list[Json]:
    """What ``why`` says of the Service."""
    namespace, _, name = service.partition("/")
    items: list[Json] = document(cluster, "why", name, "-n", namespace)["items"]
    return items


def offers(cluster: RealCluster, item: Json) -> Offers:
    """What ``why`` offers for the Service of a diagnosis, which is what ``fix`` lists; nothing is done.

    Where it lacks nothing: what would unite it with others of its key.
    """
    command = f"{FIX}{item['name']} -n {item['namespace']}"
    plan = _plan(cluster, command)
    fixes = dict(_ways(command, plan))
    by_why = {_told(one["command"]) for one in _remedies(item) if (one["command"] or "").startswith(FIX)}
    assert by_why == set(fixes)
    for warning in plan["warnings"]:
        _, unites, uniting = warning.partition("To unite them: ")
        if unites:
            fixes.update(_ways(uniting, _plan(cluster, uniting)))
    return Offers(fixes=fixes, by_hand=by_hand(item))


def by_hand(item: Json) -> list[Typed]:
    """The remedies of a diagnosis that are plain kubectl commands and need no editor, in their order."""
    return [
        Typed(
            command=one["command"].removeprefix(KUBECTL).replace(HERE, ""),
            summary=one["summary"],
            leaves=frozenset(one["leaves"]),
        )
        for one in _remedies(item)
        if one["command"] and one["command"].split()[1] in _BY_HAND
    ]


def _remedies(item: Json) -> Iterator[Json]:
    for finding in item["findings"]:
        yield from finding["remedies"]


def _plan(cluster: RealCluster, command: str) -> Json:
    done = typed(cluster, command, "-o", "json")  # without consent it ends with 0 or 1
    return parsed(done, min(done.returncode, 1))


def _ways(command: str, plan: Json) -> Iterator[tuple[str, Json | None]]:
    """The ways that a command has: itself, or those that it lists instead."""
    if plan["edits"]:
        yield _told(command), None
    for alternative in plan["alternatives"]:
        yield _told(alternative["command"]), alternative


def _told(command: str) -> str:
    return command.removeprefix(FIX).replace(HERE, "")
