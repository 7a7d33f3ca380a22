"""What is written anew at every build: public names, settings, words of a track, published numbers, the mission."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from docstrings import NONE, ROOT, module_of, nomenclature, public_modules, symbol_latex
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from tracks.loading.registry import Registry, load_registry
from tracks.loading.terms import TERMS

if TYPE_CHECKING:
    from tracks.api.bench import Bench

CLASS_MINUTES = 90


class PublicNames(SphinxDirective):
    """``.. public-names:: package``: a table of its ``__all__`` and every name in full, at the place that owns it."""

    required_arguments = 1
    option_spec: ClassVar = {"here": lambda text: text.split()}

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the names, and a line about those that are described elsewhere."""
        package = self.arguments[0]
        module = importlib.import_module(package)
        homes = self.options.get("here", [package])
        own: dict[str, object] = {}
        elsewhere: list[str] = []
        for name in module.__all__:
            thing = getattr(module, name)
            home = getattr(inspect.unwrap(thing), "__module__", None) if callable(thing) else None
            if home is None:
                continue
            if any(home == one or home.startswith(f"{one}.") for one in homes):
                own[name] = thing
            else:
                elsewhere.append(f"`{_public_home(home)}.{name}`")
        lines = [f".. currentmodule:: {package}", "", ".. autosummary::", ""]
        lines += [f"   {name}" for name in own]
        if elsewhere:
            lines += ["", f"Described elsewhere: {', '.join(elsewhere)}."]
        for name, thing in own.items():
            kind = "autoclass" if inspect.isclass(thing) else "autofunction"
            lines += ["", f".. {kind}:: {package}.{name}"]
        return self.parse_text_to_nodes("\n".join(lines))


def _public_home(module: str) -> str:
    return ".".join(module.split(".")[:2])


class Generated(SphinxDirective):
    """``{generated} part``: Markdown that a function of this module returns."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the part."""
        return self.parse_text_to_nodes(PARTS[self.arguments[0]](), allow_section_headings=True)


def settings() -> str:
    """Return the table of settings from the docstring of ``dashboard.settings``."""
    source = (ROOT / "dashboard" / "settings" / "__init__.py").read_text(encoding="utf-8")
    lines = [line for line in (ast.get_docstring(ast.parse(source)) or "").splitlines() if line.startswith("|")]
    return "\n".join(re.sub(r"^\| ([A-Z]+_\w+) ", r"| `\1` ", line) for line in lines)


def track_words() -> str:
    """Return the tables of the constants and the texts that benches read of a track."""
    found = _benches(load_registry(entry_points=False))
    extras = {extra.path: extra for bench in found.values() for extra in bench.extras}
    parts = ["## Constants\n", _row("name", "unit", "meaning", "read by", "where a track lacks it"), _rule(5)]
    for path, extra in sorted(extras.items()):
        readers = [(name, one) for name, bench in found.items() for one in bench.extras if one.path == path]
        otherwise = "; ".join(dict.fromkeys(one.otherwise or "the bench is refused" for _, one in readers))
        parts.append(_row(f"`{path}`", extra.unit, extra.meaning, ", ".join(name for name, _ in readers), otherwise))
    parts += ["\n## Texts\n", _row("name", "meaning", "read by", "where a track lacks it"), _rule(4)]
    texts = {text.name: text for bench in found.values() for text in bench.texts}
    for key, text in sorted(texts.items()):
        readers = ", ".join(name for name, bench in found.items() if any(one.name == key for one in bench.texts))
        parts.append(_row(f"`{key}`", text.meaning, readers, text.otherwise or "the bench is refused"))
    return "\n".join(parts)


def _benches(registry: Registry) -> dict[str, Bench]:
    """Return the course's benches and crises by the name they have in these tables."""
    found: dict[str, Bench] = {}
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            own = track.crisis is not None and bench.id == track.crisis.id
            found.setdefault(f"{track.name}'s crisis" if own else bench.id, bench)
    return found


def mission() -> str:
    """Return each track's mission with the minutes that its benches declare."""
    registry = load_registry(entry_points=False)
    parts = [_row("track", "benches, in minutes", "together"), _rule(3)]
    for track in registry.tracks.values():
        benches = [bench for bench in registry.benches(track.id) if not bench.case_of]
        steps = ", ".join(f"{bench.label or bench.short_title} {bench.minutes}" for bench in benches)
        parts.append(_row(track.name, steps, f"{sum(bench.minutes for bench in benches)}"))
    return "\n".join(parts)


def class_plan() -> str:
    """Return a plan of 90 minutes, in the order and with the minutes of one mission."""
    registry = load_registry(entry_points=False)
    benches = [bench for bench in registry.benches(next(iter(registry.tracks))) if not bench.case_of]
    steps = [("Introduction: the question, the four roles, how a bench goes", 8), ("The briefing of the track", 2)]
    for bench in benches:
        steps.append((f"**{bench.label or bench.short_title}**", bench.minutes))
        if bench.id == "memory":
            steps.append(("Pause: compare in pairs, one from another track if there is one", 4))
    steps.append(("The debrief at the end of the crisis: what was decided, how often right at which confidence", 6))
    left = CLASS_MINUTES - sum(minutes for _, minutes in steps)
    if left < 5:
        raise ExtensionError(f"the benches leave {left} minutes of {CLASS_MINUTES} for the discussion")
    parts, start = [_row("minute", "what", "minutes"), _rule(3)], 0
    for what, minutes in [*steps, ("Discussion", left)]:
        parts.append(_row(f"{start} to {start + minutes}", what, str(minutes)))
        start += minutes
    return "\n".join(parts)


def all_nomenclature() -> str:
    """Return one table of the names of all physics modules."""
    parts = [_row("name", "symbol", "unit", "meaning", "modules"), _rule(5)]
    for term in nomenclature():
        symbol = term.symbol if term.symbol == NONE else f"{{math}}`{symbol_latex(term.symbol)}`"
        parts.append(_row(f"`{term.name}`", symbol, term.unit, term.meaning, ", ".join(term.modules)))
    return "\n".join(parts)


def field_terms() -> str:
    """Return the table of the field's terms that the pages open at their words."""
    rows = [_row(term.name, term.meaning, term.source) for term in TERMS]
    return "\n".join([_row("term", "meaning", "source"), _rule(3), *rows])


def published_numbers() -> str:
    """Return every number of the physics layer that has a source, with its kind and its link."""
    parts = []
    for module in public_modules():
        known: Mapping[str, object] = getattr(module_of(module), "SOURCES", {})
        if known:
            parts += [f"## `physics.{module}`\n", _row("name", "value", "kind", "source"), _rule(4)]
            parts += [_number(module, name) for name in known]
            parts.append("")
    return "\n".join(parts)


def _number(module: str, name: str) -> str:
    value, source = getattr(module_of(module), name), module_of(module).SOURCES[name]
    if isinstance(value, tuple):
        shown = f"{len(value)} rows"
    else:
        shown = f"{value:,}" if isinstance(value, int) else f"{value:g}"
    cited = source.citation.replace("[", "\\[").replace("]", "\\]")
    return _row(f"`{name}`", shown, source.kind, f"[{cited}]({source.link})" if source.link else cited)


def speed() -> str:
    """Return the last benchmark that was kept, as it was printed."""
    text = (ROOT / "benchmarks" / "physics.txt").read_text(encoding="utf-8").strip()
    return f"```text\n{text}\n```"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _rule(columns: int) -> str:
    return "|" + "---|" * columns


PARTS: dict[str, Callable[[], str]] = {
    "settings": settings,
    "track-words": track_words,
    "mission": mission,
    "class-plan": class_plan,
    "field-terms": field_terms,
    "nomenclature": all_nomenclature,
    "published-numbers": published_numbers,
    "speed": speed,
}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives with Sphinx."""
    app.add_directive("public-names", PublicNames)
    app.add_directive("generated", Generated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
