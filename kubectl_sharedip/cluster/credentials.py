"""Credentials, had from the kubernetes library: tokens, certificates, OIDC, and those of a pod.

Credential plugins are not among them: see plugin.py. What the library says on the way is kept from
stderr. Refuses to repeat anything it says that could quote a kubeconfig.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.kubeconfig import Entry
from kubectl_sharedip.cluster.library import library
from kubectl_sharedip.cluster.request import ConnectionRequest


def authenticated(cluster: Entry, user: Entry, scratch: Callable[[], str]) -> Any:
    """The library's Configuration for a cluster and a user, with credentials loaded.

    ``user`` has no plugin in it, ``scratch`` makes the folder for certificates that are written out.
    Raises ClusterError (kubeconfig) where a file is missing or cannot be used.
    """
    kube_config = library().kube_config
    configuration = library().configuration.Configuration()
    wants_files = any(key.endswith("-data") for key in (*cluster.body, *user.body))
    with quiet():
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
    if "tokenFile" in user.body:
        place = Path(user.path or ".").absolute().parent / str(user.body["tokenFile"])
        configuration.refresh_api_key_hook = partial(_read_again, place)
    return configuration


def authorization(configuration: Any) -> Mapping[str, str]:
    """The headers that say who asks. May renew a token, and so ask somebody else."""
    with quiet():
        settings = list(configuration.auth_settings().values())
    return {
        setting["key"]: setting["value"]
        for setting in settings
        if setting.get("in") == "header" and setting.get("value")
    }


def _read_again(token_file: Path, configuration: Any) -> None:
    """Whoever watches for hours outlives a token; the library reads the file at the beginning only."""
    with suppress(OSError, ValueError):
        if token := token_file.read_text().strip():
            # Under which name the token stands differs between versions of the library.
            configuration.api_key.update(dict.fromkeys(configuration.api_key, f"Bearer {token}"))


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


def may_be_in_cluster(environment: Mapping[str, str]) -> bool:
    """Whether this looks like a pod, to kubectl's eyes."""
    told = environment.get("KUBERNETES_SERVICE_HOST") and environment.get("KUBERNETES_SERVICE_PORT")
    return bool(told) and Path(library().incluster_config.SERVICE_TOKEN_FILENAME).is_file()


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
    return configuration, _namespace_of_pod(Path(module.SERVICE_TOKEN_FILENAME).with_name("namespace"))


def _namespace_of_pod(place: Path) -> str | None:
    told = os.environ.get(
        "POD_NAMESPACE"
    )  # how it was told before there were files; kubectl looks there first
    if told:
        return told
    return place.read_text().strip() or None if place.is_file() else None


@contextmanager
def quiet() -> Iterator[None]:
    """What the library logs in the meantime is not printed."""
    root = logging.getLogger()
    silent = logging.NullHandler()
    root.addFilter(_nothing)  # of the root logger itself only: nobody else writes to it directly
    root.addHandler(silent)  # with no handler the library's logging.error would set up one for stderr
    try:
        yield
    finally:
        root.removeHandler(silent)
        root.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False


def _unusable(cluster: Entry, user: Entry, why: str) -> ClusterError:
    return ClusterError(
        kind="kubeconfig",
        what=f"getting credentials: {why}",
        where=f'cluster "{cluster.name}", user "{user.name}" of the kubeconfig',
        todo="mend the entries there, or log in again",
    )
