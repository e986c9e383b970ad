"""Which environment a Service belongs to: what its labels, or its namespace's, say, else its name.

It exists because people tell dev from prod in many ways, so what counts can be set. Refuses to guess
from the name of the Service itself: "web-prod" in namespace dev is somebody's mistake or nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.pool import NamespaceLabels
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service

_BETWEEN_WORDS = re.compile(r"[-_.]")


@frozen
class Environments:
    """How an environment is recognised.

    ``names`` are the environments, each with all words for it, the first of which is shown;
    ``labels`` the keys whose value names one, the first that is set counting.
    """

    names: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]

    def called(self, word: str) -> str | None:
        """The environment of this word, whatever its case; None where it stands for none."""
        folded = word.casefold()
        return next((words[0] for words in self.names if folded in words), None)


USUAL = Environments(
    names=(
        ("dev", "development"),
        ("test", "testing", "qa"),
        ("staging", "stage", "stg", "preprod"),
        ("prod", "production", "live"),
    ),
    labels=("environment", "env", "app.kubernetes.io/environment"),
)


def environment_of(
    service: Service, namespaces: Mapping[str, NamespaceLabels], environments: Environments
) -> tuple[str, Fact] | None:
    """The environment of the Service with what says so, or None where nothing does.

    A label counts whatever its value is; of the namespace's name only a whole word that is known.
    """
    namespace = namespaces.get(service.name.namespace)
    for key in environments.labels:
        if value := service.labels.get(key):
            fact = service_fact(service, f'metadata.labels["{key}"]', value)
            return environments.called(value) or value, fact
    for key in environments.labels:
        if namespace is not None and (value := namespace.labels.get(key)):
            named = ObjectRef("Namespace", "", namespace.name)
            fact = Fact(object=named, field=f'metadata.labels["{key}"]', value=value)
            return environments.called(value) or value, fact
    for word in _BETWEEN_WORDS.split(service.name.namespace):
        if found := environments.called(word):
            return found, service_fact(service, "metadata.namespace", service.name.namespace)
    return None
