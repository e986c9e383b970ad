"""How it behaves before a person: something to see while it waits, colour, width, and a quiet end."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest

from kubectl_sharedip.cli.formats import OUTPUTS, query_of
from kubectl_sharedip.render.text import cell_width
from tests.command_line.inside import ran
from tests.command_line.lab import Lab, service
from tests.command_line.program import COMMAND, EXAMPLES, LONGEST_S, Program, refused
from tests.command_line.terminal import screen, terminal
from tests.diagnose_room.program import ask
from tests.fakeapi import FakeApi, Fault

FULL = str(EXAMPLES / "full-pool" / "apply")
_COLOUR = re.compile(r"\x1b\[(\d+)m([^\x1b]*)\x1b\[0m")


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


# Waiting


def test_who_waits_sees_for_what_and_nothing_of_it_stays(lab: Lab) -> None:
    lab.api.fail("services", Fault(delay_s=2.3))
    with terminal(lab.words("ls"), lab.program.home, lab.program.env) as one:
        one.until(lambda said: "Reading http://127.0.0.1" in said)
        said = one.ended()

    assert one.process.returncode == 0
    assert re.search(r"Reading http://127\.0\.0\.1:\d+ \.\.\. [12] s", said)
    left = screen(said)
    assert not any("Reading" in line for line in left)
    assert left[0].startswith("ADDRESS")


def test_a_quick_answer_and_one_that_nobody_watches_say_nothing_of_it(lab: Lab) -> None:
    with terminal(lab.words("ls"), lab.program.home, lab.program.env) as one:
        quick = one.ended()
    lab.api.fail("services", Fault(delay_s=1.3))
    piped = lab("ls")

    assert "Reading" not in quick
    assert (piped.status, piped.err) == (0, "")


def test_the_line_fits_and_a_dumb_terminal_has_one_of_its_own(lab: Lab) -> None:
    lab.api.fail("services", Fault(delay_s=1.5), times=2)
    with terminal(lab.words("ls"), lab.program.home, lab.program.env, columns=20) as narrow:
        narrow.ended()
    shown = re.findall(r"\x1b\[K([^\r\n]*)", narrow.said)
    told = [line for line in shown if " ... " in line]
    assert told[0].endswith(" ... 1 s")
    assert max(map(len, told)) < 20
    with terminal(lab.words("ls"), lab.program.home, lab.program.env, term="dumb") as plain:
        said = plain.ended()
    assert "\x1b" not in said
    assert "\r" not in said.replace("\r\n", "\n")
    assert re.match(r"Reading http://127\.0\.0\.1:\d+ \.\.\.\n", said)


def test_ctrl_c_while_it_waits_takes_the_line_away_and_ends_with_130(lab: Lab) -> None:
    lab.api.fail("services", Fault(delay_s=20.0))
    with terminal(lab.words("ls"), lab.program.home, lab.program.env) as one:
        one.until(lambda said: "Reading" in said)
        one.process.send_signal(signal.SIGINT)
        said = one.ended()

    assert one.process.returncode == 130
    assert "Traceback" not in said
    assert "".join(screen(said)).strip() == ""


# Pipes


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "mermaid", "tree", "yaml"])
def test_head_ends_it_quietly(lab: Lab, form: str) -> None:
    """A hundred Services are more than a pipe takes at once, so it is cut off while it writes."""
    many = [service(f"s{number}", f"192.0.2.{number % 200}", port=1000 + number) for number in range(400)]
    name = lab.program.home / "many.json"
    name.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": many}))
    line = f"{' '.join(COMMAND)} ls -f {name} -o {form} | head -n 1"

    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        capture_output=True,
        text=True,
        env=dict(lab.program.env),
        timeout=LONGEST_S,
        check=False,
    )

    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert "rror" not in done.stderr
    assert "Traceback" not in done.stderr


# Colour and width


def test_colour_tells_a_state_that_a_word_tells_too(lab: Lab) -> None:
    with terminal(lab.words("ls"), lab.program.home, lab.program.env) as one:
        said = one.ended()
    with terminal(lab.words("ls"), lab.program.home, {**lab.program.env, "NO_COLOR": "1"}) as one:
        without = one.ended()

    painted = {(code, text) for code, text in _COLOUR.findall(said)}
    assert painted == {("32", "shared"), ("31", "SIP201")}
    assert "\x1b" not in without
    assert "\n".join(screen(said)) == without
    assert "\x1b" not in lab("ls").out
    assert "\x1b[31mSIP201" in ran(*lab.words("ls", "--color", "always")).out


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("form", ["table", "tree"])
def test_lines_fit_the_terminal(lab: Lab, columns: int, form: str) -> None:
    with terminal(lab.words("ls", "-A", "-o", form), lab.program.home, lab.program.env, columns) as one:
        lines = screen(one.ended())

    assert max(map(len, lines)) <= columns
    state = [line for line in lines if "SIP201" in line]
    assert len(state) == 1
    # Where there is room for it the reason stands in one line, and where there is none it goes on below.
    whole = f"{state[0]} ".count("shop/dns-udp") == 1
    assert whole == (columns == 200)


def test_wide_characters_take_two_cells(lab: Lab) -> None:
    from kubectl_sharedip.metallb.annotations import NEW_PREFIX

    lab.api.put(
        service("wide", "192.0.2.13", port=8, annotations={f"{NEW_PREFIX}allow-shared-ip": "共有キー"})
    )

    header, *rows = ran(*lab.words("ls")).out.splitlines()
    start = header.index("SERVICE")
    for row in rows:
        if "shop/" in row:
            before = row[: row.index("shop/")]
            assert cell_width(before) == start


# Words that are nearly right


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["wyh"], "Did you mean why?"),
        (["get"], "There are ls, why, fix"),
        (["ls", "--selctor", "a"], "--selector"),
        (["why", "--event"], "--events"),
        (["ls", "-o", "mermiad"], "Did you mean mermaid?"),
        (["why", "-o", "csv"], '"csv" is a form of ls, check, pools, probe.'),
        (["check", "-o", "go-template={{.x}}"], "--query"),
        (["ls", "-o", "custom-columns"], "custom-columns=NAME:EXPR"),
        (["ls", "-o", "custom-columns=ADDRESS"], "NAME:EXPR"),
        (["ls", "-o", "json=x"], "-o json"),
        (["ls", "-o", "csv", "--query", "items"], "--query needs -o json"),
        (["check", "--fail-on", "eror"], "'error'"),
        (["explain", "SIP2005"], "SIP205"),
        (["explain", "--schema", "Adresses"], "AddressList"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(words: list[str], said: str) -> None:
    where = ["-f", FULL] if words[0] in ("ls", "why", "check") else []

    refused(ran(*words, *where), 2, said)


@pytest.mark.parametrize("command", sorted(OUTPUTS))
def test_each_form_of_the_table_is_made_or_refused_with_a_word(command: str) -> None:
    """No form is offered in help that nothing makes."""
    where = ["-f", FULL]
    if command == "explain":
        where = ["SIP205"]
    elif command == "fix":
        where += ["second", "--dry-run=client"]
    elif command == "check":
        where += ["--offline"]
    elif command == "undo":
        where = ["--list", "--journal-dir", "/nonexistent"]
    elif command == "probe":
        return  # it would try the addresses of the example: test_probe has its forms
    for form in OUTPUTS[command]:
        columns = "=A:kind,B:name" if form == "custom-columns" else ""
        ended = ran(command, *where, "-o", f"{form}{columns}")
        expected = (0, 1) if form not in ("text", "commands") or command != "undo" else (2,)
        assert ended.status in expected, (form, ended.err)
        assert "fault of kubectl-sharedip" not in ended.err
        assert ended.out or command == "undo" or form in ("github", "diff", "commands"), form


@pytest.mark.parametrize(
    ("template", "query"),
    [
        ("{.items[*].address}", ".items[*].address"),
        ("{.items[0].services[*].name}", ".items[0].services[*].name"),
        ("{.items[?(@.shared==false)].address}", ".items[?shared==`false`].address"),
        ('{.items[?(@.address=="192.168.1.200")].pool}', ".items[?address=='192.168.1.200'].pool"),
        ('{range .items[*]}{.address}{"\\t"}{.pool}{"\\n"}{end}', ".items[*].[address, pool]"),
        ("{range .items[*]}{.address}{end}", ".items[*].address"),
        ("{.kind}{.apiVersion}", "[kind, apiVersion]"),
        ("", "EXPR"),
    ],
)
def test_jsonpath_is_told_the_query_that_does_it(template: str, query: str) -> None:
    assert query_of(template) == query
    ended = ran("ls", "-f", FULL, "-o", f"jsonpath={template}")
    refused(ended, 2, "--query")
    if query != "EXPR":
        assert ask("ls", "-f", FULL, "--query", query).text not in ("null\n", "[]\n", "")
