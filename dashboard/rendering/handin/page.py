"""The page that is handed in: one file that opens anywhere, offline, prints well, and holds the signed events.

Everything is escaped by markupsafe; the page forbids scripts to itself, so that a text that got through would do
nothing.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from dashboard.ledger.exports.page import PLACE
from dashboard.ledger.exports.verification import PROVES
from dashboard.rendering.handin.bench_figures import BenchFigure, BenchFigures
from dashboard.rendering.handin.data import MARKS, RUBRIC, missing, written
from dashboard.rendering.handin.svg import calibration_figure, predictions_figure, tries_figure
from dashboard.student.analytics.locks import LockRecord, calibration, misconceptions
from dashboard.student.analytics.overview import Overview, TrackOverview
from dashboard.student.analytics.tries import BenchTries

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"  # figures and letters are in the file
_OWN_POLICY = f"{POLICY}; base-uri 'none'; form-action 'none'"


def _style() -> str:
    """Return the page's own style with the lab's letters in it: figures are laid out by their widths."""
    assets = Path(__file__).parents[2] / "assets"
    faces = []
    for letters, characters in (("latin", "U+0000-02FF, U+2000-22FF"), ("greek", "U+0370-03FF")):
        font = (assets / "vendor" / f"source-sans-3-{letters}-wght-normal.woff2").read_bytes()
        faces.append(
            "@font-face { font-family: 'Source Sans 3'; font-weight: 200 900; "
            f"unicode-range: {characters}; "
            f"src: url(data:font/woff2;base64,{b64encode(font).decode()}) format('woff2'); }}\n"
        )
    return "".join(faces) + (assets / "css" / "handin.css").read_text(encoding="utf-8")


_STYLE = _style()
_CHECK = (
    "Every event is in this file, signed by the server: edgelab verify FILE, or the lab’s page “Verify a file”, says "
    "whether anything in it was changed, the figures and tables included."
)
TIME = "%Y-%m-%d %H:%M UTC"


Figures = Mapping[tuple[str, str], BenchFigures]


def handin_page(found: Overview, figures: Figures, *, pseudonym: str, name: str, about: Sequence[str]) -> str:
    """Return the page, with a place for the signed document.

    Args:
        figures: those of the benches, by track and bench. name: what the student typed for this file, or "".
        about: where the file comes from, a sentence each.
    """
    who = name or pseudonym
    open_ = missing(found)
    parts = [
        Markup("<h1>Ledger of {}</h1>").format(who),
        _list(about),
        Markup("<h3>Not done yet</h3>{}").format(_list(open_)) if open_ else Markup("<p>Nothing is missing.</p>"),
        *(_track(found, figures, item) for item in found.tracks),
        _calibration(found),
        _rubric(),
        Markup("<h2>The signed events</h2><p>{}</p><p class='quiet'>{}</p>").format(_CHECK, PROVES),
    ]
    return Markup(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Ledger of {}</title>'
        "<style>{}</style></head>\n<body><main>\n{}\n</main>{}</body></html>\n"
    ).format(_OWN_POLICY, who, Markup(_STYLE), Markup("\n").join(parts), Markup(PLACE))


def _list(items: Iterable[str]) -> Markup:
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(item) for item in items))


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    cells = Markup("").join(Markup('<th scope="col">{}</th>').format(text) for text in head)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup('<th scope="row">{}</th>').format(row[0])
            + Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
        )
        for row in rows
    )
    return Markup(
        '<div class="wide" tabindex="0" role="region" aria-label="{}">'
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(caption, caption, cells, body)


def _figure(drawn: Markup | None, caption: str) -> Markup:
    if drawn is None:
        return Markup("")
    return Markup("<figure tabindex='0'>{}<figcaption>{}</figcaption></figure>").format(drawn, caption)


def _track(found: Overview, figures: Figures, item: TrackOverview) -> Markup:
    locks = item.record.predictions
    parts = [Markup("<h2>{}</h2>").format(item.name), _list(item.sentences)]
    if locks:
        parts += [
            Markup("<h3>How far off were the predictions?</h3>"),
            _figure(
                predictions_figure(locks),
                "Each locked number as a factor of the computed one. Filled squares: fairly sure or certain.",
            ),
            _table(
                "Every lock, as it was made",
                ("Question", "Locked", "Reason and how sure", "Computed", "Gap"),
                (_lock_row(lock) for lock in locks),
            ),
        ]
    ways = misconceptions(locks)
    if ways:
        said = [f"{way.name} ({', '.join(lock.label for lock in way.locks)})." for way in ways]
        parts += [Markup("<h3>Tempting ways that were met</h3>"), _list(said)]
    tries = {bench.place.bench: bench for bench in found.tries if bench.place.track == item.track}
    for place in (part.place for part in found.parts if part.place.track == item.track):
        drawn = figures.get((place.track, place.bench), BenchFigures())
        for figure in drawn.locks:
            parts += [Markup("<h3>{}: {}</h3>").format(place.bench_name, figure.question), _bench_figure(figure)]
        if place.bench in tries:
            parts.append(_bench_tries(tries[place.bench]))
        if drawn.tried is not None:
            parts += [Markup("<h4>{}</h4>").format(drawn.tried.question), _bench_figure(drawn.tried)]
    parts.append(_decisions(found, item))
    parts.append(_defence(item))
    parts.append(_reflections(found, item))
    return Markup("\n").join(parts)


def _bench_figure(figure: BenchFigure) -> Markup:
    """A figure of a bench as its page draws it, the same in sentences, and as a table that can be opened."""
    rows = ([cell if isinstance(cell, str) else f"{cell:.6g}" for cell in row] for row in figure.table.rows)
    return Markup("{}<details><summary>As a table</summary>{}</details>").format(
        _figure(figure.drawing, figure.sentence),
        _table(figure.question, figure.table.columns, rows),
    )


def _lock_row(lock: LockRecord) -> tuple[object, ...]:
    question = Markup("<b>{}</b> {}").format(lock.label, lock.question)
    right = {True: ", right", False: ", not within the tolerance", None: ""}[
        lock.right if lock.truth is not None else None
    ]
    return (
        question,
        lock.answer,
        f"{lock.reason} ({lock.confidence_text})",
        lock.computed if lock.is_revealed else "not revealed before all questions here are locked",
        f"{lock.gap}{right}" if lock.gap else "–",
    )


def _bench_tries(bench: BenchTries) -> Markup:
    main = [name for name in bench.main_readings if any(item.reading(name) for item in bench.tries)]
    labels = [next(r.label for t in bench.tries for r in t.readings if r.id == name) for name in main]
    rows, in_acts = [], any(item.act for item in bench.tries)
    for item in bench.tries:
        readings = [item.reading(name) for name in main]
        opinion = item.opinion.word if item.opinion else "–"
        number = f"{item.number}, carried" if item.is_carried else str(item.number)
        cells = [f"{r.text}{' (fails)' if r.level == 'fail' else ''}" if r else "–" for r in readings]
        act = [item.act or "none"] if in_acts else []
        rows.append((number, _time(item.time), *act, item.decided or "–", *cells, item.outcome, opinion))
    head = ("Try", "Recorded", *(["Act"] if in_acts else []), "Decided", *labels, "Outcome", "Second engine")
    return Markup("<h3>{}: tries</h3>{}{}").format(
        bench.place.bench_name,
        _figure(
            tries_figure(bench), "By try. Disc: within its limit; triangle: a warning; square: fails; ringed: carried."
        ),
        _table(f"{len(bench.tries)} recorded", head, rows),
    )


def _decisions(found: Overview, item: TrackOverview) -> Markup:
    own = [part for part in found.parts if part.place.track == item.track and part.tried is not None]
    if not own:
        return Markup("")
    rows = []
    for part in own:
        assert part.tried is not None
        carried = "; ".join(f"{one.to}: {one.text}" for one in part.carried)
        rows.append((part.place.bench_name, part.decided or "–", part.tried.binding or "–", carried or "–"))
    record = [f"{field.label}: {field.text}" for field in item.record.fields]
    return Markup("<h3>What was decided</h3>{}<p>{}</p>").format(
        _table("By bench", ("Bench", "Decided", "Constraint that binds", "Offered later"), rows),
        "; ".join(record) + ".",
    )


def _defence(item: TrackOverview) -> Markup:
    said = item.defence
    if said is None:
        return Markup("")
    parts = [
        Markup("<h3>Defence of the strategy</h3><p class='quiet'>{} {}</p>").format(said.prompt, _marked(said.marks))
    ]
    for label, text in said.answers:
        parts.append(Markup("<p><b>{}</b></p><blockquote>{}</blockquote>").format(label, text))
    if said.numbers:
        parts.append(Markup("<p class='quiet'>The numbers that stood beside it:</p>{}").format(_list(said.numbers)))
    return Markup("\n").join(parts)


def _marked(marks: Sequence[int] | None) -> str:
    return "" if marks is None else f"Marked by its writer: {sum(marks)} of {2 * len(marks)}."


def _reflections(found: Overview, item: TrackOverview) -> Markup:
    own = [part for part in found.parts if part.place.track == item.track and part.reflection]
    if not own:
        return Markup("")
    parts = [Markup("<h3>Reflections</h3>")]
    for part in own:
        asked = f"{part.prompt} {_marked(part.marks)}"
        parts.append(Markup("<h4>{}</h4><p class='quiet'>{}</p>").format(part.place.bench_name, asked))
        parts += [Markup("<blockquote>{}</blockquote>").format(text) for text in written(part.reflection)]
    return Markup("\n").join(parts)


def _calibration(found: Overview) -> Markup:
    classes = calibration(found.locks)
    if not any(item.locks for item in classes):
        return Markup("")
    rows = []
    for item in classes:
        rate = f"{item.share:.0%}" if item.share is not None else "no rate below five locks"
        missed = ", ".join(f"{lock.place.track_name} {lock.label}" for lock in item.locks if not lock.right)
        rows.append((item.text, f"{item.right} of {len(item.locks)}", rate if item.locks else "–", missed or "–"))
    return Markup("<h2>How sure, and how right</h2>{}{}").format(
        _figure(calibration_figure(classes), "Share of right locks by confidence, with the count behind each point."),
        _table("All tracks together", ("How sure", "Right", "Rate", "Missed"), rows),
    )


def _rubric() -> Markup:
    rows = [(Markup("<b>{}</b> {}").format(title, text), *("☐" for _ in MARKS)) for title, text in RUBRIC]
    table = _table("A mark for each, and a note on why", ("Question", *MARKS), rows)
    return Markup('<h2>For whoever grades</h2><div class="boxes">{}</div>').format(table)


def _time(moment: datetime) -> str:
    return moment.strftime(TIME)
