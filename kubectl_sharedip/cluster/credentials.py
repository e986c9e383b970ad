"""Credentials, had from the kubernetes library, which is made to speak up when it has none.

The library writes the failure of a credential plugin to the log and goes on without; the server's
answer to that (401, or 403 for system:anonymous) misleads. So its log is heard here and turned into
an error. Refuses to repeat anything the library says that could quote a kubeconfig.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.kubeconfig import Entry
from kubectl_sharedip.cluster.library import library
from kubectl_sharedip.cluster.request import ConnectionRequest


def authenticated(cluster: Entry, user: Entry, scratch: Callable[[], str]) -> Any:
    """The library's Configuration for a cluster and a user, with credentials loaded.

    ``scratch`` makes the folder for certificates that are written out. Raises ClusterError
    (kubeconfig) where a file is missing or a plugin fails.
    """
    kube_config = library().kube_config
    configuration = library().configuration.Configuration()
    wants_files = any(key.endswith("-data") for key in (*cluster.body, *user.body)) or "exec" in user.body
    with heard() as said:
        try:
            loader = kube_config.KubeConfigLoader(
                config_dict=_one_context(cluster, user),
                config_base_path=None,  # each entry then begins at its own file
                config_persister=user.save,
                temp_file_path=scratch() if wants_files else None,
            )
            loader.load_and_set(configuration)
        except kube_config.ConfigException as error:
            raise _unusable(cluster, user, str(error)) from None
        except OSError as error:
            why = f"open {error.filename or '?'}: {error.strerror or 'cannot be read'}"
            raise _unusable(cluster, user, why) from None
        except Exception as error:  # whatever an auth provider, its server or unreadable base64 may bring
            raise _unusable(cluster, user, f"its data cannot be used ({type(error).__name__})") from None
    if "exec" in user.body and not configuration.api_key and not configuration.cert_file:
        raise _plugin_failed(user, said)
    return configuration


def _one_context(cluster: Entry, user: Entry) -> Any:
    """A kubeconfig with one context. The names in it turn up in the library's errors."""
    node = library().kube_config.ConfigNode
    context = {"name": "chosen", "context": {"cluster": "chosen", "user": "chosen"}}
    return node(
        "kubeconfig",
        {
            "current-context": "chosen",
            "contexts": [context],
            "clusters": [node("cluster", {"name": "chosen", "cluster": cluster.body}, cluster.path)],
            "users": [node("user", {"name": "chosen", "user": user.body}, user.path)],
        },
    )


def in_cluster(request: ConnectionRequest, searched: str) -> tuple[Any, str | None]:
    """The Configuration of the pod this runs in, and the pod's namespace where that is known.

    ``searched`` says where a kubeconfig was looked for in vain. Raises ClusterError (kubeconfig)
    outside a pod.
    """
    module = library().incluster_config
    configuration = library().configuration.Configuration()
    try:
        module.load_incluster_config(client_configuration=configuration)
    except (module.ConfigException, OSError):
        raise ClusterError(
            kind="kubeconfig",
            what="no kubeconfig was found, and this is not a pod of a cluster",
            where=searched,
            todo="set KUBECONFIG or give --kubeconfig; -f FILE answers without a cluster",
        ) from None
    if request.token:
        configuration.api_key = {"authorization": f"Bearer {request.token}"}
        configuration.refresh_api_key_hook = None
    if request.certificate_authority:
        configuration.ssl_ca_cert = request.certificate_authority
    if request.tls_server_name:
        configuration.tls_server_name = request.tls_server_name
    configuration.verify_ssl = not request.insecure_skip_tls_verify
    place = Path(module.SERVICE_TOKEN_FILENAME).with_name("namespace")
    return configuration, place.read_text().strip() if place.is_file() else None


@contextmanager
def heard() -> Iterator[list[str]]:
    """What the library logs in the meantime, instead of on stderr."""
    root = logging.getLogger()
    listener = _Listener()
    silent = logging.NullHandler()
    root.addFilter(listener)  # of the root logger itself only: nobody else writes to it directly
    root.addHandler(silent)  # with no handler the library's logging.error would set up one for stderr
    try:
        yield listener.said
    finally:
        root.removeHandler(silent)
        root.removeFilter(listener)


class _Listener(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        self.said.append(record.getMessage())
        return False


def _unusable(cluster: Entry, user: Entry, why: str) -> ClusterError:
    return ClusterError(
        kind="kubeconfig",
        what=f"getting credentials: {why}",
        where=f'cluster "{cluster.name}", user "{user.name}" of the kubeconfig',
        todo="mend the entries there, or log in again",
    )


def _plugin_failed(user: Entry, said: list[str]) -> ClusterError:
    plugin = user.body["exec"] if isinstance(user.body["exec"], dict) else {}
    command = str(plugin.get("command", "?"))
    # Only the library's own sentences; other exceptions say nothing to a reader.
    reasons = [line for line in said if line.startswith("exec: ")]
    if any("No such file" in line for line in said):
        reasons = [f"exec: executable {command} not found"]
    return ClusterError(
        kind="kubeconfig",
        what=f"getting credentials: {reasons[0] if reasons else f'exec: {command} failed'}",
        where=f'user "{user.name}"',
        todo=str(plugin.get("installHint") or f"run {command} by hand to see what it says"),
    )
