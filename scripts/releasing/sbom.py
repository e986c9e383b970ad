"""What is in the archive, for machines: a CycloneDX document, the same bytes whenever it is made.

It says which libraries travel along, in which version and under which licence. Nothing in it is
looked up elsewhere.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timezone

from scripts.releasing.libraries import Library


def document(libraries: Sequence[Library], *, version: str, archive: str, sha256: str, epoch_s: int) -> str:
    """The document as text: the program as what is described, its libraries as its parts."""
    made = datetime.fromtimestamp(epoch_s, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    own = f"pkg:pypi/kubectl-sharedip@{version}"
    body = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{archive}#{sha256}')}",
        "version": 1,
        "metadata": {
            "timestamp": made,
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "kubectl-sharedip",
                "version": version,
                "purl": own,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": sha256}],
            },
        },
        "components": [_component(library) for library in sorted(libraries)],
        "dependencies": [{"ref": own, "dependsOn": sorted(map(_purl, libraries))}],
    }
    return json.dumps(body, indent=2) + "\n"


def _component(library: Library) -> dict[str, object]:
    licence = {"licenses": [{"license": {"name": library.licence}}]} if library.licence else {}
    return {
        "type": "library",
        "bom-ref": _purl(library),
        "name": library.name,
        "version": library.version,
        "purl": _purl(library),
        **licence,
    }


def _purl(library: Library) -> str:
    return f"pkg:pypi/{library.name.lower().replace('_', '-')}@{library.version}"
