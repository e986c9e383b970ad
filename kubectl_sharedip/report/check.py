"""The CheckReport document of ``check``: what MetalLB will do with each Service, and all that is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kubectl_sharedip.metallb.predict import Prediction
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.names import ObjectRef, ServiceName
from kubectl_sharedip.model.same import Same
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.diagnosis import finding_form
from kubectl_sharedip.report.envelope import Document, envelope, names


@frozen
class CheckItem:
    """One object of the report.

    ``foretold`` says that it is a Service of the files (or of the scope), so that what becomes of it
    is told; ``disturbs`` are the live Services that it costs an address. ``state`` is the view of the
    MetalLB that the findings are about. With ``counts`` False the findings do not decide the exit status.
    ``remedies`` are those of the findings that have any, where they were asked for.
    """

    object: ObjectRef
    foretold: bool
    findings: tuple[Finding, ...]
    disturbs: tuple[ServiceName, ...] = ()
    state: State | None = None
    counts: bool = True
    remedies: Mapping[Same[Finding], Sequence[Document]] = field(default_factory=dict)


def check_report(
    snapshot: Snapshot,
    prediction: Prediction,
    items: Sequence[CheckItem],
    notes: Sequence[Note],
    *,
    ignored: int,
) -> Document:
    """The document of these items, in their order; ``ignored`` is how many findings were left out."""
    document = envelope("CheckReport", snapshot, notes)
    document["items"] = [_item(prediction, item) for item in items]
    counts = Counter(finding.severity for item in items for finding in item.findings)
    document["summary"] = {
        "errors": counts["error"],
        "warnings": counts["warning"],
        "infos": counts["info"],
        "ignored": ignored,
    }
    return document


def _item(prediction: Prediction, item: CheckItem) -> Document:
    kind, namespace, name = item.object
    return {
        "kind": kind,
        "namespace": namespace or None,
        "name": name,
        "predicted": predicted_form(prediction, ServiceName(namespace, name)) if item.foretold else None,
        "disturbs": names(item.disturbs),
        "findings": [
            finding_form(finding, item.remedies.get(Same(finding), ()), item.state)
            for finding in item.findings
        ],
    }


def predicted_form(prediction: Prediction, name: ServiceName) -> Document | None:
    """What becomes of the Service when all of the input is settled: each list that it may end with.

    None where nobody can tell, since no pool was read.
    """
    service = prediction.snapshot.services[name]
    lists = prediction.lists.get(name)
    if lists is None or service.type != "LoadBalancer":
        return {"state": "NotHandled", "addresses": []}
    if name in prediction.unknown:
        return None
    if len(lists) > 1:
        return {"state": "OneOf", "addresses": [_texts(one) for one in lists]}
    state = "Assigned" if lists[0] else "Pending"
    return {"state": state, "addresses": [_texts(one) for one in lists if one]}


def _texts(addresses: tuple[Address, ...]) -> list[str]:
    return [str(address) for address in addresses]
