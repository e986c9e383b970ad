"""An edit in words: what is set, and what is asked for."""

from __future__ import annotations

import pytest

from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Operation
from kubectl_sharedip.report.ways import edit_text


@pytest.mark.parametrize(
    ("path", "value", "was", "text"),
    [
        (
            ("spec", "healthCheckNodePort"),
            "30846",
            "32447",
            "set red/c's healthCheckNodePort to 30846 (now 32447)",
        ),
        (
            ("spec", "externalTrafficPolicy"),
            "Local",
            "Cluster",
            "set red/c's externalTrafficPolicy to Local (now Cluster)",
        ),
        (("spec", "loadBalancerIP"), "192.0.2.1", None, "have red/c request 192.0.2.1"),
    ],
)
def test_a_field_in_words(path: tuple[str, ...], value: str, was: str | None, text: str) -> None:
    operation = Operation(path=path, value=value, was=was)
    edit = Edit(service=ServiceName("red", "c"), resource_version=None, owner=None, operations=(operation,))
    assert edit_text(edit) == text
