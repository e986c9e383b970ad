"""What a remedy by hand is made from, and what it is: one sentence and one command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ObjectRef, ServiceName
from kubectl_sharedip.plan.rewrites import Rewrite

Clears = Literal["itself", "all"]


@frozen
class About:
    """One finding of one Service. ``state`` is None where no MetalLB handles the Service."""

    service: ServiceName
    finding: Finding
    state: State | None
    rewrites: tuple[Rewrite, ...]

    @property
    def namespace(self) -> str:
        """Where its MetalLB is, empty where that is not known."""
        return self.state.installation.namespace if self.state is not None else ""

    def text(self, name: str) -> str:
        """A value of the finding; a list joined by commas."""
        value = self.finding.values[name]
        return value if isinstance(value, str) else ", ".join(value)

    def objects(self, kind: str, field: str | None = None) -> tuple[ObjectRef, ...]:
        """The objects of a kind that its facts speak of, in their order; those with a field only."""
        facts = [fact for fact in self.finding.facts if fact.object.kind == kind]
        return tuple(dict.fromkeys(fact.object for fact in facts if field in (None, fact.field)))

    def fact(self, field: str) -> str:
        """The value of the first fact about that field, empty where there is none."""
        return next((f.value or "" for f in self.finding.facts if f.field == field), "")


@frozen
class ByHand:
    """A remedy that is typed. ``words`` follow ``kubectl``, without the flags in force.

    ``clears``: the finding itself, or all that keeps the Service from an address.
    """

    summary: str
    words: Sequence[str]
    clears: Clears = "itself"


Hands = Callable[[About], Iterator[ByHand]]


def on_service(verb: Sequence[str], service: ServiceName, *rest: str) -> list[str]:
    """The words of a command on a Service."""
    return [*verb, f"svc/{service.name}", *rest, "-n", service.namespace]


def on_object(verb: Sequence[str], object_: ObjectRef, *rest: str) -> list[str]:
    """The words of a command on any other object; those of the cluster have no namespace."""
    where = ["-n", object_.namespace] if object_.namespace else []
    return [*verb, f"{object_.kind.lower()}/{object_.name}", *rest, *where]


def in_namespace(namespace: str) -> list[str]:
    """The flag for this namespace, or for all where it is not known."""
    return ["-n", namespace] if namespace else ["-A"]
