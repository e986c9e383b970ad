"""What is found of manifests, or of a live cluster: items for the report, less what is ignored.

Refuses to print, and to decide which findings there are: it brings together who is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kubectl_sharedip.cli.helping import help_on
from kubectl_sharedip.cli.laying import Laid
from kubectl_sharedip.cli.naming import in_scope
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.diagnose.cluster_wide import SAID_OF_THE_CLUSTER, cluster_wide
from kubectl_sharedip.diagnose.ignored import Ignored
from kubectl_sharedip.diagnose.moved import foretold_move
from kubectl_sharedip.diagnose.run import diagnose, ordered
from kubectl_sharedip.diagnose.view import Check
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.predict import Prediction
from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ObjectRef, ServiceName, service_ref
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.model.same import Same
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.check import CheckItem
from kubectl_sharedip.report.commands import InForce
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.remedies import Remedies, remedies_for_cluster

_METALLB = ("Deployment", "ConfigurationState")


@frozen
class Checked:
    """All that was found. ``shown`` is what the head of the document tells of.

    ``places`` says where the objects of the files stand.
    """

    shown: Snapshot
    views: tuple[State, ...]
    prediction: Prediction
    items: tuple[CheckItem, ...]
    notes: tuple[Note, ...]
    places: Mapping[ObjectRef, Origin]


def check_manifests(laid: Laid, habits: tuple[Check, ...], flags: InForce | None) -> Checked:
    """The Services of the files in their order, the live ones that are disturbed, then pools of the files.

    With ``flags``, those that printed commands repeat, remedies are looked for too.
    """
    coming = laid.coming
    notes: list[Note] = [*laid.notes]
    elsewhere = [name for name in coming.all_disturbed if name not in laid.named]
    helped = help_on(laid.snapshot, laid.views, flags) if flags is not None else None
    items = []
    for name in (*laid.named, *elsewhere):
        service = laid.snapshot.services[name]
        diagnosis = diagnose(laid.snapshot, laid.views, service, beside=habits)
        diagnosis, remedies = helped(service, diagnosis) if helped is not None else (diagnosis, ())
        notes.extend(diagnosis.notes)
        items.append(
            CheckItem(
                object=service_ref(name),
                foretold=name in laid.named,
                findings=ordered([*diagnosis.findings, *_move(laid, name)]),
                disturbs=coming.disturbed.get(name, ()),
                state=state_for(laid.views, service),
                remedies=_each_its_own(diagnosis, remedies),
            )
        )
    items.extend(_configured(laid, flags))
    return Checked(
        shown=laid.shown,
        views=laid.views,
        prediction=coming.prediction,
        items=tuple(items),
        notes=tuple(notes),
        places=laid.places,
    )


def _move(laid: Laid, name: ServiceName) -> Iterable[Finding]:
    coming = laid.coming
    service = laid.snapshot.services[name]
    state = state_for(laid.views, service)
    if name not in coming.had or state is None:
        return ()
    lists = coming.prediction.lists.get(name, ((),))
    move = foretold_move(state, service, coming.had[name], lists)
    return () if move is None else (move,)


def _configured(laid: Laid, flags: InForce | None) -> Iterable[CheckItem]:
    """Pools and namespaces of the files, where there is something to say of them, and MetalLB itself."""
    found = _by_object(laid.snapshot, laid.views)
    ours = dict.fromkeys(laid.configured)
    for object_ in (*ours, *(one for one in found if one.kind in _METALLB)):
        findings = tuple(found.get(object_, ()))
        disturbs = laid.coming.by_pools if object_ in ours else ()
        if findings or disturbs:
            yield CheckItem(
                object=object_,
                foretold=False,
                findings=findings,
                disturbs=disturbs,
                state=_first(laid.views),
                counts=False,
                remedies=_of_cluster(object_, findings, laid.views, flags),
            )


def _by_object(snapshot: Snapshot, views: tuple[State, ...]) -> Mapping[ObjectRef, list[Finding]]:
    found: dict[ObjectRef, list[Finding]] = {}
    for object_, finding in cluster_wide(snapshot, views):
        found.setdefault(object_, []).append(finding)
    return found


def check_cluster(reading: Reading, habits: tuple[Check, ...], flags: InForce | None) -> Checked:
    """The cluster's own troubles first, then each Service of the scope by name; ``flags`` as above."""
    helped = help_on(reading.snapshot, reading.views, flags) if flags is not None else None
    notes: list[Note] = [*reading.notes]
    items = [
        CheckItem(
            object=object_,
            foretold=False,
            findings=tuple(findings),
            state=_first(reading.views),
            remedies=_of_cluster(object_, findings, reading.views, flags),
        )
        for object_, findings in _by_object(reading.snapshot, reading.views).items()
    ]
    for service in sorted(in_scope(reading), key=lambda one: one.name):
        diagnosis = diagnose(reading.snapshot, reading.views, service, beside=habits, many=True)
        diagnosis, remedies = helped(service, diagnosis) if helped is not None else (diagnosis, ())
        notes.extend(diagnosis.notes)
        items.append(
            CheckItem(
                object=service_ref(service.name),
                foretold=True,
                findings=tuple(filter(_of_the_service, diagnosis.findings)),
                state=state_for(reading.views, service),
                remedies=_each_its_own(diagnosis, remedies),
            )
        )
    return Checked(
        shown=reading.snapshot,
        views=reading.views,
        prediction=reading.prediction,
        items=tuple(items),
        notes=tuple(notes),
        places={},
    )


def _each_its_own(diagnosis: Diagnosis, remedies: Remedies) -> Mapping[Same[Finding], Sequence[Document]]:
    """The remedies by their finding; ``remedies`` is empty where none were looked for."""
    return {Same(f): them for f, them in zip(diagnosis.findings, remedies, strict=False) if them}


def _of_cluster(
    object_: ObjectRef, findings: Iterable[Finding], views: tuple[State, ...], flags: InForce | None
) -> Mapping[Same[Finding], Sequence[Document]]:
    if flags is None:
        return {}
    return {Same(f): remedies_for_cluster(object_, f, flags, state=_first(views)) for f in findings}


def _first(views: tuple[State, ...]) -> State | None:
    return views[0] if views else None


def _of_the_service(finding: Finding) -> bool:
    """Whether it is not said of the cluster already."""
    return finding.cause or finding.decisive or finding.code not in SAID_OF_THE_CLUSTER


def chosen(checked: Checked, request: Request) -> Checked:
    """The same with the Services that have the labels of -l, and those whom they disturb; all without it.

    What is said of the cluster, of its pools and of MetalLB stays.
    """
    if request.labels is None:
        return checked
    labels, services = request.labels, checked.prediction.snapshot.services

    def has(item: CheckItem) -> bool:
        _, namespace, name = item.object
        service = services.get(ServiceName(namespace, name))
        return service is not None and matches(labels, service.labels)

    disturbed = {service_ref(name) for item in checked.items if has(item) for name in item.disturbs}

    def stays(item: CheckItem) -> bool:
        return has(item) if item.foretold else item.object.kind != "Service" or item.object in disturbed

    return replace(checked, items=tuple(filter(stays, checked.items)))


def without_ignored(checked: Checked, ignored: Ignored) -> tuple[Checked, int]:
    """The same less what is ignored, and how many findings that were."""
    items, count = [], 0
    for item in checked.items:
        told, counted = ignored.split(item.object, item.findings)
        count += len(counted)
        items.append(replace(item, findings=told) if counted else item)
    return replace(checked, items=tuple(items)), count
