"""What a credential plugin answers: the ExecCredential that it prints.

It exists to hold that answer to what kubectl takes, in kubectl's words. Refuses to quote it: there is a
token in it.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import yaml

from kubectl_sharedip.model.frozen import field, frozen


@frozen
class Issued:
    """A token, or a certificate with its key (both PEM), or all three; ``until`` is None for no end."""

    token: str | None = field(default=None, repr=False)
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)
    until: datetime | None = None


def understood(output: bytes, version: str) -> Issued:
    """The credentials in what a plugin printed; ``version`` is the apiVersion that was asked for.

    Raises ValueError, with the words to show, where kubectl would turn it down.
    """
    status = _status(output, version)
    token = status.get("token") or None
    certificate, key = status.get("clientCertificateData") or None, status.get("clientKeyData") or None
    if (certificate is None) != (key is None):
        raise ValueError("exec plugin returned only certificate or key, not both")
    if token is None and certificate is None:
        raise ValueError("exec plugin didn't return a token or cert/key pair")
    return Issued(
        token=token and str(token),
        certificate=certificate and str(certificate),
        key=key and str(key),
        until=_moment(status.get("expirationTimestamp")),
    )


def _status(output: bytes, version: str) -> dict[str, Any]:
    try:
        # kubectl takes both, and what begins like JSON has to be JSON.
        answer = json.loads(output) if output.lstrip()[:1] == b"{" else yaml.safe_load(output)
    except (yaml.YAMLError, ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise ValueError("decoding stdout: it is no ExecCredential")
    if answer.get("apiVersion") != version:
        told = answer.get("apiVersion")
        words = f"exec plugin is configured to use API version {version}, plugin returned version {told}"
        raise ValueError(words)
    status = answer.get("status")
    if not isinstance(status, dict):
        raise ValueError("exec plugin didn't return a status field")
    return status


def _moment(told: object) -> datetime | None:
    if not told:
        return None
    try:
        # YAML knows times by itself; fromisoformat learned about Z in Python 3.11.
        moment = (
            told if isinstance(told, datetime) else datetime.fromisoformat(str(told).replace("Z", "+00:00"))
        )
    except ValueError:
        raise ValueError("decoding stdout: expirationTimestamp is no time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
