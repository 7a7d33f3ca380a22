"""Where a bench is won: maps of two controls as pictures, why nothing wins, and what ranges the wins suggest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import combinations

from tracks.api.controls import Control, Slider, Value
from tracks.certify.advice import holding
from tracks.certify.survey import State, Survey, place_of

CELLS = 24  # of a side
CELL = 12  # px
LEFT, TOP, RIGHT = 150, 40, 230  # px around the cells
AT_AN_END = 0.1  # of a scale
BEST = 8  # states that stand for the wins where there are none
WON, MANY = "#1b7f5c", "#e6e6e6"
ALONE = ("#f2b5a0", "#f5d58a", "#b7cbe8", "#d3bfe0", "#c9dcb0", "#e8c3d0")  # a tint by failure that stands alone


def pairs_of_controls(survey: Survey) -> list[tuple[Control, Control]]:
    """Return every two decisions that a student sees at once."""
    shown = [control for control in survey.by_role["decision"] if control.group == "primary"]
    return list(combinations(shown, 2))


def picture(survey: Survey, across: Control, up: Control, around: State) -> str:
    """Return a map of two controls as SVG: won, or which failure alone is in the way; all else as in ``around``."""
    xs, ys = _positions(across), _positions(up)
    codes = sorted(survey.bench.failures)
    tint = {code: ALONE[at % len(ALONE)] for at, code in enumerate(codes)}
    width, height = LEFT + CELL * len(xs) + RIGHT, TOP + CELL * len(ys) + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="{escape(f"{across.label} and {up.label}", quote=True)}">',
        f'<text x="{LEFT}" y="20">{escape(survey.bench.title)}: {escape(across.label)} and {escape(up.label)}</text>',
    ]
    for row, y in enumerate(reversed(ys)):
        for column, x in enumerate(xs):
            failing = _failing(survey, around | {across.id: x, up.id: y})
            fill = WON if not failing else tint.get(failing[0], MANY) if len(failing) == 1 else MANY
            at = f'x="{LEFT + CELL * column}" y="{TOP + CELL * row}"'
            parts.append(f'<rect {at} width="{CELL}" height="{CELL}" fill="{fill}"/>')
    bottom = TOP + CELL * len(ys)
    for text, x, y, anchor in (
        (survey.text_of(across, xs[0]), LEFT, bottom + 16, "start"),
        (survey.text_of(across, xs[-1]), LEFT + CELL * len(xs), bottom + 34, "end"),
        (survey.text_of(up, ys[0]), LEFT - 6, bottom, "end"),
        (survey.text_of(up, ys[-1]), LEFT - 6, TOP + 10, "end"),
    ):
        parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>')
    parts += _legend(
        [("won", WON), *((f"{code} alone fails", tint[code]) for code in codes), ("several fail", MANY)], len(xs)
    )
    return "\n".join([*parts, "</svg>", ""])


def _legend(rows: Sequence[tuple[str, str]], columns: int) -> Iterator[str]:
    x = LEFT + CELL * columns + 12
    for at, (text, fill) in enumerate(rows):
        yield f'<rect x="{x}" y="{TOP + 20 * at}" width="12" height="12" fill="{fill}"/>'
        yield f'<text x="{x + 18}" y="{TOP + 20 * at + 11}">{escape(text)}</text>'


def _positions(control: Control) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(control.positions(CELLS)))


def _failing(survey: Survey, state: State) -> list[str]:
    return [item.code for item in survey.see(state).verdicts if item.level == "fail"]


def explained(survey: Survey) -> list[str]:
    """Return sentences: how often each verdict holds, which never does, and what the wins say of the ranges."""
    counts, states = holding(survey), survey.states
    if not counts:
        return ["The bench has no verdict, so nothing decides what wins."]
    told = ", ".join(f"'{code}' does not fail in {count}" for code, count in counts.items())
    sentences = [f"Of {len(states)} points {told}; nothing fails in {len(survey.wins)}."]
    for code, count in counts.items():
        if count == 0:
            best = max(states, key=lambda state: survey.see(state).margin(code))
            margin = survey.see(best).margin(code)
            sentences.append(f"'{code}' never holds; it is nearest, at {margin:.3g}, with {survey.named(best)}.")
    sentences += _ranges(survey)
    return sentences


def _ranges(survey: Survey) -> Iterator[str]:
    """Say where on each slider the wins lie, or the states that are nearest to winning."""
    wins = survey.wins
    near = wins or sorted(survey.states, key=lambda state: -survey.see(state).smallest)[:BEST]
    who = "wins lie" if wins else "the nearest states lie"
    for control in survey.by_role["decision"]:
        if not isinstance(control, Slider) or not near:
            continue
        places = sorted(place_of(control, state[control.id]) for state in near)
        values = sorted((state[control.id] for state in near), key=float)
        ends = " to ".join(dict.fromkeys(control.text(value) for value in (values[0], values[-1])))
        sentence = f"{control.label}: {who} at {ends}"
        if places[0] > 1 - 2 * AT_AN_END:
            sentence += "; a longer slider at its upper end may win more"
        elif places[-1] < 2 * AT_AN_END:
            sentence += "; a longer slider at its lower end may win more"
        elif wins and places[-1] - places[0] < 0.25:
            sentence += "; a shorter slider around it would make the wins a larger share"
        yield f"{sentence}."
