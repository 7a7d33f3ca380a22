"""The page of planted faults: how many each module's tests see, and why the others are not seen."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.mutants.forks import Result
from tools.mutants.sites import Site

REVIEWED = Path(__file__).with_name("reviewed.toml")
WANTED = 0.9
VERDICTS = ("equivalent", "unseen")


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What a reader found of a change that survives: the same to every caller, or a gap in the tests, and why."""

    verdict: str
    reason: str


def reviews(path: Path = REVIEWED) -> dict[str, Review]:
    """Return the reviewed changes by their key.

    Raises:
        ValueError: an entry without a verdict or a reason.
    """
    found = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("site", []):
        key = " | ".join(entry[part] for part in ("file", "inside", "before", "after"))
        if entry["verdict"] not in VERDICTS or not entry["reason"].strip():
            raise ValueError(f"{path.name}: {key} needs a verdict, one of {', '.join(VERDICTS)}, and a reason")
        found[key] = Review(verdict=entry["verdict"], reason=entry["reason"])
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The counts of one module; ``equivalent`` ones survive and count neither for nor against its tests."""

    name: str
    sites: int
    killed: int
    survived: int
    equivalent: int

    @property
    def share(self) -> float:
        """The share killed of those that are not equivalent; 1 where there is none."""
        seen = self.killed + self.survived
        return self.killed / seen if seen else 1.0


def row(name: str, results: Mapping[Site, Result], known: Mapping[str, Review]) -> Row:
    """Count what became of some sites."""
    alive = [site for site, result in results.items() if result.fate == "survived"]
    equivalent = sum(site.key in known and known[site.key].verdict == "equivalent" for site in alive)
    return Row(
        name=name, sites=len(results), killed=len(results) - len(alive), survived=len(alive) - equivalent,
        equivalent=equivalent,
    )  # fmt: skip


def rows(results: Mapping[Site, Result], known: Mapping[str, Review]) -> list[Row]:
    """Count module by module, and all together in the last row."""
    files = sorted({site.file for site in results})
    parts = {file: {site: result for site, result in results.items() if site.file == file} for file in files}
    return [*(row(file, part, known) for file, part in parts.items()), row("all", results, known)]


def survivors(results: Mapping[Site, Result], known: Mapping[str, Review]) -> list[str]:
    """Return a paragraph for each change that survived: where, what, and why it is not seen."""
    lines = []
    for site in sorted((s for s, r in results.items() if r.fate == "survived"), key=lambda s: (s.file, s.line)):
        review = known.get(site.key, Review(verdict="not reviewed", reason="no reason is written down yet."))
        lines.append(
            f"* `{site.file}:{site.line}`, {review.verdict}: `{site.before}` became `{site.after}`. {review.reason}"
        )
    return lines


def _cells(one: Row) -> str:
    share = f"{100 * one.share:.0f}%"
    return f"| `{one.name}` | {one.sites} | {one.killed} | {one.survived} | {one.equivalent} | {share} |"


def page(
    results: Mapping[Site, Result], known: Mapping[str, Review], *, seed: int, minutes: float, untried: int = 0
) -> str:
    """Return the whole page; ``untried`` places were chosen too, and nothing is known of them."""
    table = rows(results, known)
    total = table[-1]
    by_clock = sum(result.fate == "killed by the clock" for result in results.values())
    lines = [
        "# Faults that the tests see",
        "",
        "Written by `make mutants`. One place of `physics`, `tracks/api`, `tracks/loading` or `tracks/certify` is "
        "changed at a time (an operator, a comparison, a condition, a number), and the tests of its module and of what "
        "is built on it are run until one fails. Places are drawn from every module, in proportion to how many it has, "
        "two at least; at one place one change is made. Left out: annotations, decorators, the texts of errors, and "
        "the first plugin that `edgelab tracks new` writes.",
        "",
        "A change that no caller can notice is *equivalent* and does not count. The others that survive are gaps in "
        "the tests: *unseen*.",
        "",
        f"Seed {seed}, {total.sites} places, {minutes:.0f} minutes on two cores: {total.killed} killed "
        f"({by_clock} of them by running too long), {total.survived} unseen, {total.equivalent} equivalent: "
        f"**{100 * total.share:.1f}%** of those that are not equivalent are killed.",
        *([f"\n{untried} more places are chosen and not tried yet."] if untried else []),
        "",
        "| module | places | killed | unseen | equivalent | share |",
        "|---|---:|---:|---:|---:|---:|",
        *map(_cells, table),
        "",
        "## What survives",
        "",
        *(survivors(results, known) or ["Nothing."]),
    ]
    return "\n".join(lines) + "\n"
