"""Proof trees as documents: every fact and every rule a node with an id."""

from __future__ import annotations

from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.words import RULE_TEXT, fact_text


def proof_form(proof: Proof) -> Document:
    """The tree, conclusion first. A node that comes again is only its id."""
    return _Numbering().form(proof)


def object_form(fact: Fact) -> Document:
    """The object, field and value of a fact."""
    kind, namespace, name = fact.object
    return {
        "kind": kind,
        "namespace": namespace or None,
        "name": name,
        "field": fact.field,
        "value": fact.value,
    }


class _Numbering:
    """Gives each distinct fact and rule one id, in the order in which they are first needed."""

    def __init__(self) -> None:
        self._ids: dict[Fact | Proof, int] = {}

    def form(self, proof: Proof) -> Document:
        if proof in self._ids:
            return {"id": self._ids[proof]}
        premises = [self.form(p) for p in proof.because] + [self._fact(fact) for fact in proof.facts]
        self._ids[proof] = len(self._ids) + 1
        return {
            "id": self._ids[proof],
            "rule": proof.rule,
            "text": RULE_TEXT.get(proof.rule, proof.rule),
            "objects": [],
            "from": premises,
        }

    def _fact(self, fact: Fact) -> Document:
        if fact in self._ids:
            return {"id": self._ids[fact]}
        self._ids[fact] = len(self._ids) + 1
        return {
            "id": self._ids[fact],
            "rule": None,
            "text": fact_text(fact),
            "objects": [object_form(fact)],
            "from": [],
        }
