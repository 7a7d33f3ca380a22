"""The reference of the plugin API as one page, docs/designing/bench_reference.md, made from the code.

``python -m tools.bench_reference`` writes it anew; a test holds it against the code.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tracks
from tracks.api import charts, quantities
from tracks.api.bench import Bench
from tracks.api.hookspecs import edgelab_benches, edgelab_tracks
from tracks.api.outcome import Limit
from tracks.loading.registry import load_registry

PAGE = Path(__file__).parents[1] / "docs" / "designing" / "bench_reference.md"
HEAD = """# Reference of the plugin API

Every name that `from tracks import ...` gives, each field with its type, its default and its meaning; the parts of
figures, the units, and the constants and texts that the course's benches read of a track. Written from the code by
`python -m tools.bench_reference`.
"""
CONTROLS = ("Slider", "Choice", "Toggle", "Option", "Preset")
_FIELD = re.compile(r"^(\S[^\n:]*) : ([^\n]*)$")


def render() -> str:
    """Return the page."""
    kinds = [name for name in tracks.__all__ if _is_data(getattr(tracks, name))]
    parts = [HEAD, "## Hooks\n", *_hooks(), "## Controls\n"]
    parts += [_described(name) for name in CONTROLS]
    parts.append("## All other parts\n")
    parts += [_described(name) for name in kinds if name not in CONTROLS]
    parts.append("## Functions\n\n" + _functions(tracks, tracks.__all__))
    parts.append("## Charts\n\nParts of a figure, of `tracks.charts`.\n\n" + _functions(charts, _own(charts)))
    parts.append("## Units\n\n" + _units())
    parts += _words()
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _is_data(thing: Any) -> bool:
    return dataclasses.is_dataclass(thing) or thing is Limit


def _hooks() -> Iterator[str]:
    for hook in (edgelab_tracks, edgelab_benches):
        returned = inspect.signature(hook).return_annotation
        yield f"`{hook.__name__}() -> {returned}`\n: {_first_line(hook)}\n"


def _described(name: str) -> str:
    """Return a class as a heading, its sentence and a table of its fields."""
    thing = getattr(tracks, name)
    meanings, said = meanings_of(thing), types_of(thing)
    rows = [
        _row(
            f"`{field}`",
            f"`{said.get(field, kind) if 'Any' in kind or 'OfTrack' in kind else kind}`",
            default,
            meanings.get(field, ""),
        )
        for field, kind, default in fields_of(thing)
    ]
    return "\n".join(
        [f"### {name}\n", _first_line(thing), "", _row("field", "type", "default", "meaning"), _rule(4), *rows]
    )


def fields_of(thing: Any) -> list[tuple[str, str, str]]:
    """Return name, type and default of every field of a dataclass or a named tuple."""
    if not dataclasses.is_dataclass(thing):
        kinds, given = thing.__annotations__, thing._field_defaults
        return [(name, _kind(kinds[name]), f"`{given[name]!r}`" if name in given else "") for name in thing._fields]
    found = []
    for item in dataclasses.fields(thing):
        if item.default is not dataclasses.MISSING:
            default = "" if "object at" in repr(item.default) else f"`{item.default!r}`"
        else:
            default = "" if item.default_factory is dataclasses.MISSING else "empty"
        found.append((item.name, _kind(item.type), default))
    return found


def _kind(annotation: Any) -> str:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__forward_arg__", None)
    return str(text if text is not None else getattr(annotation, "__name__", annotation))


def meanings_of(thing: Any) -> dict[str, str]:
    """Return what the docstring says of each parameter; one paragraph may describe several."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    if "Parameters" not in lines:
        return {}
    found: dict[str, str] = {}
    names: list[str] = []
    for line in lines[lines.index("Parameters") + 2 :]:
        head = _FIELD.match(line)
        if head:
            names = [name.strip() for name in head.group(1).split(",")]
            found.update(dict.fromkeys(names, ""))
        elif line.startswith("    "):
            found.update({name: f"{found[name]} {line.strip()}".strip() for name in names})
        elif line.strip():
            break
    return {name: text.replace("``", "`") for name, text in found.items()}


def types_of(thing: Any) -> dict[str, str]:
    """Return the types that the docstring names, for a field that may be a function of the track."""
    heads = filter(None, map(_FIELD.match, (inspect.getdoc(thing) or "").splitlines()))
    return {name.strip(): head.group(2) for head in heads for name in head.group(1).split(",")}


def _own(module: Any) -> list[str]:
    own = (
        name
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__
    )
    return sorted(name for name in own if not name.startswith("_"))


def _functions(module: Any, names: list[str]) -> str:
    found = [(name, getattr(module, name)) for name in names if inspect.isfunction(getattr(module, name))]
    rows = [_row(f"`{name}{_parameters(thing)}`", _first_line(thing)) for name, thing in found]
    return "\n".join([_row("call", "what it returns"), _rule(2), *rows])


def _parameters(function: Any) -> str:
    parameters = inspect.signature(function).parameters.values()
    shown, keyword = [], False
    for one in parameters:
        if one.kind is one.KEYWORD_ONLY and not keyword:
            keyword = True
            shown.append("*")
        default = "" if one.default is one.empty else f"={one.default!r}"
        prefix = {one.VAR_KEYWORD: "**", one.VAR_POSITIONAL: "*"}.get(one.kind, "")
        keyword = keyword or one.kind is one.VAR_POSITIONAL
        shown.append(f"{prefix}{one.name}{default}")
    return f"({', '.join(shown)})"


def _units() -> str:
    rows = [_row(f"`{unit}`", ", ".join(row[2] for row in rows)) for unit, rows in quantities.PREFIXES.items()]
    return "\n".join(["Any other text is put behind the number.\n", _row("unit", "written as"), _rule(2), *rows])


def _words() -> Iterator[str]:
    """Yield the constants and the texts that the course's benches read of a track."""
    registry = load_registry(entry_points=False)
    benches: dict[str, Bench] = {}
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            own = track.crisis is not None and bench.id == track.crisis.id
            benches.setdefault(f"{track.name}'s crisis" if own else bench.id, bench)
    extras = {(item.path, name): item for name, bench in benches.items() for item in bench.extras}
    rows = [
        _row(f"`{path}`", item.unit, item.meaning, name, item.otherwise or "the bench is refused")
        for (path, name), item in sorted(extras.items())
    ]
    heads = ("name", "unit", "meaning", "read by", "where a track lacks it")
    yield "\n".join(["## Extras\n", _row(*heads), _rule(5), *rows])
    texts = {(item.name, name): item for name, bench in benches.items() for item in bench.texts}
    rows = [
        _row(f"`{key}`", item.meaning, name, item.otherwise or "the bench is refused")
        for (key, name), item in sorted(texts.items())
    ]
    yield "\n".join(["## Text keys\n", _row("name", "meaning", "read by", "where a track lacks it"), _rule(4), *rows])


def _first_line(thing: Any) -> str:
    text = (inspect.getdoc(thing) or "").split("\n\n")[0]
    return " ".join(text.split()).replace("``", "`")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _rule(columns: int) -> str:
    return "|" + "---|" * columns


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
