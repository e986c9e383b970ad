"""What a caller may say about the connection: kubectl's flags, as a value.

It exists so that reading the command line and opening a connection need not know each other. It
refuses to look at files or the environment; None is "not given".
"""

from __future__ import annotations

from collections.abc import Callable

from kubectl_sharedip.model.frozen import field, frozen


@frozen
class ConnectionRequest:
    """kubectl's connection flags under their names there.

    ``request_timeout_s`` is for one request, in seconds: None for this program's defaults, 0 for
    no limit at all. ``chunk_size`` is the number of objects a page, 0 for one page. ``told`` hears of every
    answer: method, path, status and milliseconds.
    """

    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    server: str | None = None
    token: str | None = field(default=None, repr=False)
    as_user: str | None = None
    as_groups: tuple[str, ...] = ()
    as_uid: str | None = None
    certificate_authority: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    insecure_skip_tls_verify: bool = False
    tls_server_name: str | None = None
    request_timeout_s: float | None = None
    disable_compression: bool = False
    chunk_size: int = 500
    told: Callable[[str], None] | None = field(default=None, repr=False)
