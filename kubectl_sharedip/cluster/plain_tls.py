"""TLS as a plain kubeconfig wants it. Refuses to word an error: the library's way does that."""

from __future__ import annotations

import ssl
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.cluster.plain_config import Place


def tls_of(place: Place) -> ssl.SSLContext:
    """As the usual way has it: see transport.py. Raises OSError or ValueError for what cannot be used."""
    cluster, user = place.cluster, place.user
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif "certificate-authority-data" in cluster:
        context.load_verify_locations(cadata=_text(cluster["certificate-authority-data"]))
    elif "certificate-authority" in cluster:
        context.load_verify_locations(cafile=cluster["certificate-authority"])
    else:
        context.load_default_certs()
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if "client-certificate-data" in user:
        _certified_by_data(context, user)
    elif "client-certificate" in user:
        context.load_cert_chain(user["client-certificate"], user["client-key"], password="")
    return context


def _certified_by_data(context: ssl.SSLContext, user: Mapping[str, Any]) -> None:
    """The TLS library takes a key from a file only: one that nobody else may read, for this moment."""
    from tempfile import NamedTemporaryFile

    text = "\n".join(_text(user[name]) for name in ("client-certificate-data", "client-key-data"))
    with NamedTemporaryFile("w", prefix="kubectl-sharedip-") as file:
        file.write(text)
        file.flush()
        context.load_cert_chain(file.name, password="")


def _text(data: str) -> str:
    return b64decode(data).decode()
