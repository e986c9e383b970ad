"""Only what is needed of the kubernetes library is loaded, and all of it is there for others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def in_a_fresh_python(program: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def test_connecting_loads_no_model_classes() -> None:
    loaded = in_a_fresh_python(
        "import json, sys\n"
        "from kubectl_sharedip.cluster.connection import ConnectionRequest, connect\n"
        "connect(ConnectionRequest(server='http://127.0.0.1:1'))\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert "kubernetes.config.kube_config" in loaded
    assert not [name for name in loaded if name.startswith("kubernetes.client.models")]
    assert {"kubernetes", "kubernetes.client", "oauthlib", "requests_oauthlib"}.isdisjoint(loaded)


def test_what_was_put_off_is_there_when_it_is_called() -> None:
    # What renewing an OIDC token touches, and what another user of the library sees afterwards.
    seen = in_a_fresh_python(
        "import json\n"
        "from kubectl_sharedip.cluster.library import library\n"
        "kube_config = library().kube_config\n"
        "client = kube_config.ApiClient(configuration=library().configuration.Configuration())\n"
        "session = kube_config.OAuth2Session(client_id='x')\n"
        "error = kube_config.oauthlib.oauth2.rfc6749.errors.InvalidClientIdError\n"
        "import kubernetes\n"
        "print(json.dumps([type(client) is kubernetes.client.ApiClient, type(session).__name__,\n"
        "  error.__name__, kubernetes.client.CoreV1Api.__name__,\n"
        "  kubernetes.config.kube_config is kube_config]))"
    )
    assert seen == [True, "OAuth2Session", "InvalidClientIdError", "CoreV1Api", True]
