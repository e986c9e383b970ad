"""The limits of what is said of manifests: what was left out, or taken for granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kubectl_sharedip.cli.manifests import is_service, key_of, named
from kubectl_sharedip.intake.overlay import Applied
from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note

if TYPE_CHECKING:
    from kubectl_sharedip.files.leniently import Usable

_MOST_NAMED = 5


def notes_of_files(usable: Usable, namespace: str) -> Iterable[Note]:
    """What was left out, and which namespace was taken."""
    for document in usable.hooks:
        yield _note(named(document), "", "it is a Helm hook that no install runs, and is left out")
    for path in usable.without_service:
        yield _note("stdin" if path == "-" else path, "", "there is no Service in it, and no pool")
    bare = [d for d in usable.raw.documents if is_service(d) and not key_of(d, "")[0]]
    if bare:
        shown = ", ".join(map(named, bare[:_MOST_NAMED]))
        more = f" and {len(bare) - _MOST_NAMED} more" if len(bare) > _MOST_NAMED else ""
        yield _note(shown + more, "metadata.namespace", f'none is given, "{namespace}" is taken')


def notes_of_scope(elsewhere: Sequence[ServiceName], scope: str | None) -> Iterable[Note]:
    """That Services of the files are not told of, since they are in other namespaces than ``scope``."""
    if elsewhere:
        there = ", ".join(sorted({name.namespace for name in elsewhere}))
        count = "one Service" if len(elsewhere) == 1 else f"{len(elsewhere)} Services"
        yield _note(f"{count} of the files", "", f"not in namespace {scope} ({there}), and left out: -A")


def notes_of_applying(
    applied: Applied, refused: Mapping[ServiceName, tuple[Service, Service]]
) -> Iterable[Note]:
    """What stands twice, and what the API server would refuse: live Services with what was wanted of them."""
    for manifest, first in applied.repeated:
        because = f"it stands twice, first in {first}; both are applied, one after the other"
        yield _note(named(manifest), "", because)
    for name, (was, now) in refused.items():
        because = (
            f'it is "{was.load_balancer_class or ""}" and cannot be changed: the API server would refuse'
            " the manifest, so the Service is taken as it is"
        )
        yield _note(f"{service_ref(name)} ({now.origin})", "spec.loadBalancerClass", because)


def note_of_owners(untold: str) -> Note:
    """What is taken for granted where it is not known what an earlier apply has set, and why it is not."""
    because = (
        f"{untold}: fields that an earlier apply had set and the manifests have no more are taken to stay"
    )
    return _note("Services of the manifests", "", because)


def _note(what: str, field: str, because: str) -> Note:
    return Note(code="SIP903", values={"object": what, "where": "", "field": field, "because": because})
