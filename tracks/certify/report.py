"""Certificates as text: for a terminal, and as the page docs/designing/certificates.md."""

from __future__ import annotations

from collections.abc import Sequence

from tracks.certify.acts import ACTS
from tracks.certify.carried import CARRIED
from tracks.certify.certificate import CHECKS, Certificate
from tracks.certify.goals import Finding, percent

_PAGE = """# Certificates

Whether each bench is a good one, by measurement. `make certify` renders this page anew with {points} Sobol points of
every bench's decision space; `python -m tracks check` prints the same for any track, a plugin's too. The world and the
views stay at the track's values, unless a line says otherwise, and a *win* is a state in which no verdict fails. Where
a bench has a preview, states are looked at by it; what is said to win, to stand or to lead out of a failure is solved
in full as well.

| line | what is asked |
|---|---|
{lines}

The paradox is exploratory: there is nothing to win, so the lines about winning do not apply to it.

## Overview

| track | bench | holds | wins | 95% interval | moves | states solved | time, s |
|---|---|---|---|---|---|---|---|
{rows}
"""


_CARRIED = """## From carried states

Every bench starts at its own default for everybody, and offers all of an earlier bench's decision by one press. A row
is a win of that bench, among the first of its Sobol points that win. The press alone wins nowhere; the last column
names what, moved alone after it, does.

| track | bench | what the press takes over | what fails then | one more decision that wins |
|---|---|---|---|---|
{arrivals}
"""


def report(certificate: Certificate) -> str:
    """Return one certificate for a terminal: a heading, then a line for each check."""
    name = f"{certificate.track}/{certificate.bench}"
    lines = [f"{name}: {_verdict(certificate)} ({certificate.solves} states, {certificate.seconds:.1f} s)"]
    for item in certificate.findings:
        lines.append(f"  {_mark(item)} {item.check}: {item.text}{_expected(item)}")
        lines += [f"       what moves it: {item.advice}"] if item.advice else []
    return "\n".join(lines)


def _mark(item: Finding) -> str:
    return "ok  " if item.passed else "known" if item.expected else "FAIL"


def _expected(item: Finding) -> str:
    """Return what the bench says of a check that it does not pass."""
    if not item.expected:
        return ""
    return f" It is said to fail ({item.expected}){', but passes: take that out.' if item.passed else '.'}"


def _verdict(certificate: Certificate) -> str:
    failed = sum(not item.stands for item in certificate.findings)
    return "holds" if certificate.holds else f"does not hold, {failed} of {len(certificate.findings)} checks fail"


def page(certificates: Sequence[Certificate], *, took: str) -> str:
    """Return the page of all certificates as Markdown; only its times differ from one run to the next.

    ``took`` is the duration of the whole run, as a text.
    """
    lines = "\n".join(f"| `{check.__name__}` | {_one_line(check.__doc__)} |" for check in (*CHECKS, *CARRIED, *ACTS))
    rows = "\n".join(map(_row, certificates))
    points = max((one.points for one in certificates), default=0)
    arrivals = "\n".join(row for one in certificates for row in _arrivals(one))
    whole = sum(one.seconds for one in certificates)
    closing = f"All of it took {took}, {whole / 60:.1f} minutes of work.\n"
    return "\n".join(
        [
            _PAGE.format(points=f"{points:,}", lines=lines, rows=rows),
            closing,
            _CARRIED.format(arrivals=arrivals),
            *map(_section, certificates),
        ]
    )


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("``", "`")


def _row(one: Certificate) -> str:
    if one.win_share is None or one.interval is None:
        wins, interval = "-", "-"
    else:
        wins, interval = percent(one.win_share), f"{percent(one.interval[0])} to {percent(one.interval[1])}"
    moves = "-" if one.moves is None else str(one.moves)
    cells = (one.track, one.bench, "yes" if one.holds else "**no**", wins, interval, moves, f"{one.solves:,}")
    return f"| {' | '.join(cells)} | {one.seconds:.0f} |"


def _arrivals(one: Certificate) -> list[str]:
    rows = (f"| {one.track} | {one.bench} | {' | '.join(part or '-' for part in row)} |" for row in one.arrivals)
    return list(dict.fromkeys(rows))  # wins that decide the same for this bench are one row


def _section(one: Certificate) -> str:
    lines = [f"## {one.track}/{one.bench}", "", "| line | holds | found |", "|---|---|---|"]
    lines += [f"| `{item.check}` | {_holds(item)} | {_cell(item.text + _expected(item))} |" for item in one.findings]
    if one.designs:
        lines += ["", "Two designs that win:", "", *(f"{at}. {text}" for at, text in enumerate(one.designs, start=1))]
    return "\n".join([*lines, ""])


def _holds(item: Finding) -> str:
    return "yes" if item.passed else "known" if item.expected else "**no**"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
