"""``check``: what MetalLB would do with manifests, before they are applied."""

from __future__ import annotations

from kubectl_sharedip.cli.failures import Exit, InputError
from kubectl_sharedip.cli.naming import in_scope
from kubectl_sharedip.cli.output import print_answer, print_notes, structured, style_of, wants_document, width
from kubectl_sharedip.cli.reading import read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.report.check import check_report


def run(request: Request) -> int:
    """Prints what becomes of each Service of the files, without asking a cluster.

    Returns 0, or 1 where a Service of the files has a finding of severity error.
    """
    reading = read(request, ())
    services = in_scope(reading)
    if not services:
        raise InputError("there is no Service in the files", "give the manifests of Services with -f")
    diagnoses = {s.name: diagnose(reading.snapshot, reading.views, s) for s in services}
    document = check_report(reading.prediction, reading.views, diagnoses, reading.notes)
    if wants_document(request):
        print_answer(structured(document, request))
    else:
        from kubectl_sharedip.render.check import check_table

        text = check_table(
            document, width=width(), style=style_of(request), headers_shown=not request.no_headers
        )
        print_answer(text)
        print_notes(document)
    return Exit.NO_PLAN if document["summary"]["errors"] else Exit.OK
