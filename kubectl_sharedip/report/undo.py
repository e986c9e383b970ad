"""The Plan document of ``undo``: to take a run back, or to finish one that was cut off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_sharedip.diagnose.handling import controller_down
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.given import GivenPlan, NotAsBefore, way_of
from kubectl_sharedip.model.journal import RunEntry
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Effect, Plan, Way
from kubectl_sharedip.model.results import Stale
from kubectl_sharedip.model.shell import shell_line
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.commands import InForce
from kubectl_sharedip.report.envelope import Document, named
from kubectl_sharedip.report.plan import PlanFor, plan_document
from kubectl_sharedip.report.ways import addresses_text, edit_text, list_text
from kubectl_sharedip.report.words import message


@frozen
class Given:
    """What the document is about: a run, and the plan to take it back or to finish it."""

    run: RunEntry
    plan: GivenPlan
    services: tuple[ServiceName, ...]
    finishes: bool

    @property
    def feasible(self) -> bool:
        """Whether nothing is in the way."""
        return not self.plan.stale and not self.plan.unforetold

    @property
    def way(self) -> Way:
        """The edits as they are carried out."""
        return way_of(self.plan.edits, self.plan.effects, self.plan.losses, self.services)


def given_document(
    snapshot: Snapshot, state: State | None, given: Given, context: PlanFor, flags: InForce
) -> Document:
    """The document of a plan that follows from a run, one item a Service that the run was about.

    A run that is finished keeps its id; to take one back is a plan with an id of its own.
    """
    plan = Plan(
        goal=given.way.goal,
        chosen=given.way if given.feasible else None,
        ways=(),
        blocked=(),
        relied_on=given.plan.relied_on,
    )
    document = plan_document(snapshot, state, [plan], context, flags)
    verb = "finish plan {}" if given.finishes else "take plan {} back"
    blocked: list[Document] = [{"code": None, "message": text, "needs": []} for text in _in_the_way(given)]
    document["items"] = [
        {
            **named(name),
            "goal": verb.format(given.run.id),
            "feasible": given.feasible,
            "blocked": blocked,
        }
        for name in given.services
    ]
    document["warnings"] = [*document["warnings"], *_doubts(snapshot, state), *_warnings(given)]
    if given.finishes:
        document["id"] = given.run.id
    return document


def given_notes(plan: GivenPlan) -> tuple[Note, ...]:
    """The notes on the limits of what is foretold."""
    return () if plan.complete else (Note(code="SIP906", values={"shown": "only a part is shown"}),)


def run_summary(way: Way, undoes: str | None = None) -> str:
    """A run in one line, for a list in which nothing says who "it" is."""
    edits = ", then ".join(edit_text(edit) for edit in way.edits)
    return f"take {undoes} back: {edits}" if undoes else edits


def undo_command(plan_id: str, flags: InForce, *, resume: bool, journal_dir: str | None) -> str:
    """The ``kubectl sharedip undo`` of this plan."""
    words = ["kubectl", "sharedip", "undo", plan_id, *(["--resume"] if resume else []), *flags.ours]
    return shell_line([*words, *(["--journal-dir", journal_dir] if journal_dir else [])])


def _in_the_way(given: Given) -> Iterator[str]:
    yield from (_changed(stale) for stale in given.plan.stale)
    for effect in given.plan.unforetold:
        yield (
            f"{effect.service} would now get {addresses_text(effect.after)}, which the plan did not"
            f" foretell{_had(effect)}: take it back instead, or plan anew"
        )


def _had(effect: Effect) -> str:
    return f" (it has {list_text(effect.before)})" if effect.before else ""


def _changed(stale: Stale) -> str:
    if not stale.field:
        return f"{stale.object} is gone"
    if stale.field == "metadata.uid":
        return f"{stale.object} was deleted and made anew since"
    return (
        f"somebody else changed {stale.object} since: {stale.field} is {_value(stale.now)}, and the plan"
        f" wrote {_value(stale.was)}"
    )


def _value(value: str | None) -> str:
    return "not set" if value is None else f'"{value}"'


def _doubts(snapshot: Snapshot, state: State | None) -> Iterator[str]:
    """Why MetalLB may not do what is foretold; to take an edit back need not wait for that."""
    if state is None:
        return
    down = controller_down(state.installation)
    if down is not None:
        yield message(down)
    if state.faults:
        yield "MetalLB rejects its pools as they stand, so what addresses it gives is not certain"
    elif not snapshot.was_read("ipaddresspools"):
        yield "the pools could not all be read, so what addresses MetalLB gives is not certain"


def _warnings(given: Given) -> Iterator[str]:
    for name in given.plan.gone:
        yield f"{name} is gone, or is being deleted: nothing is done about it"
    for name in given.plan.makes_way:
        yield (
            f"{name} goes without its sharing key until the rest is taken back: else whoever was there"
            " before it would lose the address to it"
        )
    yield from (_not_as_before(one) for one in given.plan.not_as_before)


def _not_as_before(one: NotAsBefore) -> str:
    certain = len(one.after) == 1
    if not one.before:
        has = "will have" if certain else "may have"
        return f"{one.service} had no address before the plan and {has} {addresses_text(one.after)}"
    had = list_text(one.before)
    verb = "gets" if certain else "may get"
    held = f"; {_joined(one.holders)} {'is' if len(one.holders) == 1 else 'are'} there now"
    return (
        f"{one.service} had {had} before the plan and {verb} {addresses_text(one.after)}"
        f"{held if one.holders else ''}"
    )


def _joined(names: Sequence[ServiceName]) -> str:
    return ", ".join(map(str, names))
