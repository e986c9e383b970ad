"""The CheckReport document of ``check``: what MetalLB will do with each Service of the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kubectl_sharedip.metallb.predict import Prediction
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.snapshot import Note
from kubectl_sharedip.report.diagnosis import finding_form
from kubectl_sharedip.report.envelope import Document, envelope, named


def check_report(
    prediction: Prediction,
    views: Sequence[State],
    diagnoses: Mapping[ServiceName, Diagnosis],
    notes: Sequence[Note],
) -> Document:
    """The document for these Services, in the order of ``diagnoses``."""
    document = envelope("CheckReport", prediction.snapshot, notes)
    state = views[0] if views else None
    document["items"] = [
        {
            "kind": "Service",
            **named(name),
            "predicted": predicted_form(prediction, name),
            "disturbs": [],
            "findings": [finding_form(f, (), state) for f in diagnosis.findings],
        }
        for name, diagnosis in diagnoses.items()
    ]
    counts = Counter(finding.severity for d in diagnoses.values() for finding in d.findings)
    document["summary"] = {
        "errors": counts["error"],
        "warnings": counts["warning"],
        "infos": counts["info"],
        "ignored": 0,
    }
    return document


def predicted_form(prediction: Prediction, name: ServiceName) -> Document:
    """What becomes of the Service when all of the input is settled: each list that it may end with."""
    service = prediction.snapshot.services[name]
    lists = prediction.lists.get(name)
    if lists is None or service.type != "LoadBalancer":
        return {"state": "NotHandled", "addresses": []}
    if len(lists) > 1:
        return {"state": "OneOf", "addresses": [_texts(one) for one in lists]}
    state = "Assigned" if lists[0] else "Pending"
    return {"state": state, "addresses": [_texts(one) for one in lists if one]}


def _texts(addresses: tuple[Address, ...]) -> list[str]:
    return [str(address) for address in addresses]
