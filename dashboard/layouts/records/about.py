"""What is computed, and by which engine: read from the benches themselves, so that it is what they do."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

from dash import html

from dashboard.layouts.parts import Component
from dashboard.layouts.records.parts import page, section
from tracks.api.bench import Bench
from tracks.loading.registry import Registry

SHARED = "tracks.common"


def physics_of(bench: Bench) -> tuple[str, ...]:
    """Return the packages of ``physics`` that a bench's own modules, and what it shares with others, name."""
    package = bench.solve.__module__.rpartition(".")[0] or bench.solve.__module__
    own = [module for name, module in sorted(sys.modules.items()) if name == package or name.startswith(f"{package}.")]
    found: set[str] = set()
    looked_at: set[str] = set()
    while own:
        module = own.pop()
        if module.__name__ in looked_at:
            continue
        looked_at.add(module.__name__)
        for home in _named_by(module):
            if home.startswith("physics."):
                found.add(home.split(".")[1])
            elif home.startswith(SHARED) and home in sys.modules:
                own.append(sys.modules[home])
    packages = {name for name in found if hasattr(sys.modules.get(f"physics.{name}"), "__path__")}
    return tuple(sorted(packages))


def _named_by(module: ModuleType) -> Iterator[str]:
    """Yield the modules that the functions, classes and modules named in a module come from."""
    for value in list(vars(module).values()):
        home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(home, str):
            yield home


def says(package: str) -> str:
    """Return what a package of ``physics`` says of itself in its first line."""
    text = sys.modules[f"physics.{package}"].__doc__ or ""
    return text.strip().partition("\n")[0]


def about_page(registry: Registry, *, program: str, model: str) -> Component:
    """Return the page.

    Args:
        program: the version of edgelab. model: of the physics, as every event has it.
    """
    benches: dict[str, tuple[Bench, list[str]]] = {}
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            benches.setdefault(bench.short_title, (bench, []))[1].append(track.name)
    rows = []
    used: set[str] = set()
    for title, (bench, tracks) in benches.items():
        engines = physics_of(bench)
        used |= set(engines)
        second = bench.second_engine or ("its own second engine" if bench.second_opinion else "none")
        where = "all tracks" if len(tracks) == len(registry.tracks) and len(tracks) > 1 else ", ".join(tracks)
        rows.append((title, where, ", ".join(engines) or "the bench’s own model", second))
    return page(
        "What is computed",
        f"Every number comes from a model that runs here, on this server: edgelab {program}, {model}. Nothing is "
        "looked up "
        "from a table of answers, and no other host is asked.",
        [
            html.Div(
                _table(("Bench", "Where", "Models", "Second engine"), rows),
                className="table-scroll",
                tabIndex=0,
                role="region",
                **{"aria-label": "Benches and their models"},
            ),
            section(
                "The models",
                [
                    html.Dl(
                        [part for name in sorted(used) for part in (html.Dt(name), html.Dd(says(name)))],
                        className="receipt",
                    )
                ],
            ),
            section(
                "How far to trust it",
                [
                    html.P(
                        "A model answers in a fraction of a second and leaves things out; Peek on each bench has its "
                        "equations and where its constants come from, with what is assumed marked as such. A second "
                        "engine "
                        "computes some states in another way, and the table of tries says whether it agrees."
                    ),
                    html.P(
                        "Every event holds the version of the model that answered. A lock is compared with what the "
                        "model "
                        "computes now; the reveal is kept as it was said."
                    ),
                ],
            ),
        ],
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Component:
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(text, scope="col") for text in head])),
            html.Tbody([html.Tr([html.Th(row[0], scope="row"), *(html.Td(cell) for cell in row[1:])]) for row in rows]),
        ],
        className="data-table",
    )
