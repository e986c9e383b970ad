"""kubectl's flags, the same before and after the subcommand.

They are parsed wherever they stand and gathered into one Request; given twice, the later counts,
as with kubectl.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kubectl_sharedip.cli.completed import WANTED, completed
from kubectl_sharedip.cli.formats import usual_of
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.request import ConnectionRequest
from kubectl_sharedip.model.allowance import ALLOWANCES, Allowance

if TYPE_CHECKING:
    from kubectl_sharedip.diagnose.environments import Environments
    from kubectl_sharedip.model.pool import LabelSelector

_TABLES = ("table", "wide")
_TELLS_OF_REQUESTS = 6  # as kubectl's

F = TypeVar("F", bound=Callable[..., Any])

_CONNECTION: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--kubeconfig", {"metavar": "FILE", "help": "Path to the kubeconfig file."}),
    ("--context", {"metavar": "NAME", "help": "The kubeconfig context to use."}),
    ("--cluster", {"metavar": "NAME", "help": "The kubeconfig cluster to use."}),
    ("--user", {"metavar": "NAME", "help": "The kubeconfig user to use."}),
    ("--token", {"metavar": "TOKEN", "help": "Bearer token for the API server."}),
    ("--as-uid", {"metavar": "UID", "help": "UID to impersonate."}),
    ("--certificate-authority", {"metavar": "FILE", "help": "CA certificate of the API server."}),
    ("--client-certificate", {"metavar": "FILE", "help": "Client certificate for TLS."}),
    ("--client-key", {"metavar": "FILE", "help": "Client key for TLS."}),
    ("--tls-server-name", {"metavar": "NAME", "help": "Server name to check the certificate for."}),
    (
        "--request-timeout",
        {"metavar": "TIME", "help": "Limit of one request (5s, 2m; 0: none)."},
    ),
)


def reading_options(command: F) -> F:
    """Adds the flags of every command that reads."""
    for name, settings in reversed(_CONNECTION):
        command = _flag(name, default=None, **settings)(command)
    for decorate in reversed(_SPECIAL):
        command = decorate(command)
    return command


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Stores a flag that was given in the one place that group and subcommand share."""
    absent = value is None or value is False or value == ()  # 0 is a value: --chunk-size 0
    if not absent and parameter.name is not None:
        given = context.find_root().ensure_object(dict)
        more = isinstance(value, tuple)  # a flag that may be repeated is repeated across the subcommand, too
        given[parameter.name] = (*given.get(parameter.name, ()), *value) if more else value
    return value


def _flag(*names: str, **settings: Any) -> Callable[[F], F]:
    wanted = next((completed(WANTED[name]) for name in names if name in WANTED), None)
    return click.option(*names, expose_value=False, callback=_keep, shell_complete=wanted, **settings)


_SPECIAL: tuple[Callable[[Any], Any], ...] = (
    _flag("-n", "--namespace", metavar="NAME", help="The namespace to look at."),
    _flag("-A", "--all-namespaces", is_flag=True, help="Look at all namespaces."),
    _flag("-l", "--selector", metavar="LABELS", help="Tell of those with these labels (a=b,c!=d,e)."),
    _flag(
        "-f",
        "--filename",
        "filename",
        multiple=True,
        metavar="FILE",
        help="Read files, folders or - (stdin) instead of a cluster; may be repeated.",
    ),
    _flag("-R", "--recursive", is_flag=True, help="Read folders with all that is in them."),
    _flag("-s", "--server", metavar="URL", help="Address and port of the API server."),
    _flag("--as", "as_user", metavar="NAME", help="User to impersonate."),
    _flag(
        "--as-group", "as_group", multiple=True, metavar="NAME", help="Group to impersonate; may be repeated."
    ),
    _flag("--insecure-skip-tls-verify", is_flag=True, help="Do not check the server's certificate."),
    _flag(
        "--chunk-size", type=click.IntRange(min=0), metavar="N", help="Objects a page (500; 0: all at once)."
    ),
    _flag("--disable-compression", is_flag=True, help="Do not ask the server for compressed answers."),
    _flag("--metallb-namespace", metavar="NAME", help="The namespace of the MetalLB that is meant."),
    _flag("--metallb-version", metavar="X.Y.Z", help="The version of MetalLB, where it cannot be found out."),
    _flag("--lb-class", metavar="NAME", help="The loadBalancerClass of the MetalLB that is meant."),
    _flag("--query", metavar="EXPR", help="Part of the document (JMESPath), as JSON or YAML."),
    _flag("--sort-by", metavar="EXPR", help="Sort the items by this (JMESPath on an item)."),
    _flag("--show-labels", is_flag=True, help="Add a column with all labels to a table."),
    _flag("--no-headers", is_flag=True, help="Print no header line."),
    _flag(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        help="Colour: auto (on a terminal), always, never.",
    ),
    _flag(
        "-v",
        "--v",
        "verbosity",
        type=click.IntRange(min=0),
        metavar="N",
        help="Log level: 6 tells of every request, 8 shows tracebacks too.",
    ),
)


def request_of(context: click.Context, output: str | None) -> Request:
    """All flags that were given, before and after the subcommand, as one Request."""
    given: dict[str, Any] = context.find_root().ensure_object(dict)
    show_labels, labels_text = given.get("show_labels", False), given.get("selector")
    if show_labels and (output or usual_of(context)) not in _TABLES:
        raise click.UsageError("--show-labels is a column of a table: give -o wide.", context)
    connection = ConnectionRequest(
        kubeconfig=given.get("kubeconfig"),
        context=given.get("context"),
        cluster=given.get("cluster"),
        user=given.get("user"),
        namespace=given.get("namespace"),
        server=given.get("server"),
        token=given.get("token"),
        as_user=given.get("as_user"),
        as_groups=tuple(given.get("as_group", ())),
        as_uid=given.get("as_uid"),
        certificate_authority=given.get("certificate_authority"),
        client_certificate=given.get("client_certificate"),
        client_key=given.get("client_key"),
        insecure_skip_tls_verify=given.get("insecure_skip_tls_verify", False),
        tls_server_name=given.get("tls_server_name"),
        request_timeout_s=seconds("--request-timeout", given.get("request_timeout")),
        disable_compression=given.get("disable_compression", False),
        chunk_size=given.get("chunk_size", 500),
        told=tell_of_request if given.get("verbosity", 0) >= _TELLS_OF_REQUESTS else None,
    )
    return Request(
        connection=connection,
        files=tuple(given.get("filename", ())),
        recursive=given.get("recursive", False),
        namespace=given.get("namespace"),
        all_namespaces=given.get("all_namespaces", False),
        metallb_namespace=given.get("metallb_namespace"),
        metallb_version=_version(given.get("metallb_version")),
        lb_class=given.get("lb_class"),
        output=output,
        query=given.get("query"),
        labels=None if labels_text is None else _selector(labels_text),
        labels_text=labels_text or "",
        sort_by=given.get("sort_by"),
        show_labels=show_labels,
        no_headers=given.get("no_headers", False),
        color=given.get("color", "auto"),
    )


def tell_of_request(text: str) -> None:
    """What ``-v 6`` shows of each request."""
    print(text, file=sys.stderr)


def _selector(text: str) -> LabelSelector:
    from kubectl_sharedip.cli.labels import label_selector

    return label_selector(text)


def _version(text: str | None) -> str | None:
    if text is None:
        return None
    from kubectl_sharedip.metallb.versions import parse_version

    version = parse_version(text)
    if version is None:
        raise click.UsageError(f'--metallb-version {text}: not a version; write it as "0.16.1".')
    if not version.modelled:
        raise click.UsageError(f"--metallb-version {text}: versions before 0.13 are not modelled.")
    return str(version)


def seconds(flag: str, text: str | None) -> float | None:
    """``5``, ``5s``, ``1m``, ``1m30s``, ``.5h`` in seconds, as Go reads it; a usage error names the flag."""
    if text is None:
        return None
    import re

    number = r"(\d+\.?\d*|\.\d+)"
    if not re.fullmatch(rf"\+?({number}(ns|us|µs|ms|s|m|h)?)+", text):
        raise click.UsageError(f'{flag} {text}: write it as "5s", "2m" or "1h".')
    units = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
    parts = re.findall(rf"{number}(ns|us|µs|ms|s|m|h)?", text)
    return sum(float(amount) * units[unit] for amount, unit in parts)


def allowances(text: str | None) -> tuple[Allowance, ...]:
    """The allowances of --allow; a usage error names the one that is not known."""
    given = [word.strip() for word in (text or "").split(",") if word.strip()]
    unknown = [word for word in given if word not in ALLOWANCES]
    if unknown:
        raise click.UsageError(f"--allow {unknown[0]}: known are {', '.join(ALLOWANCES)}.")
    return tuple(name for name in ALLOWANCES if name in given)


def ip_families(text: str | None) -> tuple[str, ...]:
    """The families of --cluster-ip-families, in the order given; a usage error for anything else."""
    families = tuple(word.strip().lower() for word in (text or "ipv4").split(","))
    if len(set(families)) != len(families) or not set(families) <= {"ipv4", "ipv6"}:
        raise click.UsageError(f"--cluster-ip-families {text}: write ipv4, ipv6 or ipv4,ipv6.")
    return families


def environments(words: tuple[str, ...]) -> Environments:
    """The environments of --environments: names with ``|`` between words for one, and ``label=KEY``.

    What is given takes the place of what is usual: names of names, labels of labels. A usage error for
    what is empty.
    """
    from kubectl_sharedip.diagnose.environments import USUAL, Environments

    parts = [part.strip() for word in words for part in word.split(",")]
    if not all(parts):
        raise click.UsageError("--environments: write names (dev,prod|production) or label=KEY.")
    labels = [part.removeprefix("label=") for part in parts if part.startswith("label=")]
    names = [part.casefold().split("|") for part in parts if not part.startswith("label=")]
    if not all(labels) or not all(map(all, names)):
        raise click.UsageError("--environments: write names (dev,prod|production) or label=KEY.")
    return Environments(names=tuple(map(tuple, names)) or USUAL.names, labels=tuple(labels) or USUAL.labels)
