"""Render docs/physics.md from the docstrings of the physics layer, so that page and code always agree.

    python tools/physics_page.py

A module's docstring holds the sections Model, Validity, Leaves out, Nomenclature and References; a nomenclature line
is ``name | symbol | unit | meaning``. Everything else on the page comes from the signatures and first sentences of
the public functions, and from the last benchmark that was kept.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from physics.sources import Source

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "physics.md"
BENCHMARK = ROOT / "benchmarks" / "physics.txt"
sys.path.insert(0, str(ROOT))

# In reading order: what plugins call, then what these are built on.
MODELS = ("memory", "traffic", "federation", "privacy", "gossip", "serving", "energy")
SUPPORT = (
    *("networks", "federation.problem", "memory.published", "serving.published"),
    *("constants", "sources", "units", "validation"),
)
TITLES = {
    "memory": "Training memory",
    "traffic": "Traffic",
    "federation": "Federated learning",
    "privacy": "Differential privacy",
    "gossip": "Gossip",
    "serving": "Adapter cache",
    "energy": "Energy, heat and latency",
    "networks": "Networks",
    "federation.problem": "The learning problem",
    "memory.published": "Published tables of training on a device",
    "serving.published": "Published table of adapter servers",
    "constants": "Published numbers",
    "sources": "Sources",
    "units": "Units",
    "validation": "Arguments",
}
NONE = "–"

# Arguments that are no quantity of a model's equations, or that only one function of a module takes. A module's own
# line goes first.
ARGUMENTS = """
advertising_interval_s | - | s | time between two transmissions of a mesh segment | gossip
algorithm | - | - | fedavg, fedprox or scaffold: how the clients' steps are made and combined | federation
client | k | 1 | which client, counted from 0 | federation
curve | - | any | accuracy or loss after every round | federation
direction | - | - | upload or download, seen from the device | energy
engine | - | - | exact: least squares in closed form; softmax: softmax regression step by step | federation
hbm_bytes_per_s | - | B/s | HBM bandwidth of one GPU | serving
isolated | - | - | whether the radio sleeps before and after, so that waking and tail are added | energy
kv_bytes_per_token | kv | B | KV cache of one token | serving
last | n | 1 | changes counted from the end of a curve | federation
mesh_seed | - | 1 | draws the mesh alone | gossip
method | - | - | analytic or classical Gaussian mechanism | privacy
model_bytes | W | B | weights of the served model | serving
most_rounds | - | 1 | last round looked at | gossip
network | - | - | a mesh as `mesh` makes it | gossip
noise | - | - | who adds it: central, local, or shares under secure aggregation | federation
nvme_bytes_per_s | - | B/s | rate of the drive | serving
pcie_bytes_per_s | - | B/s | rate of one GPU's PCIe link | serving
problem | - | - | clients and their images, as `digits_problem` makes them | federation
radio | - | - | lte, wifi, 5g or ble | energy
seed | - | 1 | makes a draw repeatable | federation, federation.problem, gossip
shape | - | - | the network: a `Transformer` or a `Cnn` | energy, memory
topology | - | - | ring, torus, regular, complete or geometric | gossip
transmissions | - | 1 | times a mesh segment is sent | gossip
"""

INTRODUCTION = """# Physics

Every number that a student sees comes from one of the models on this page. They are pure functions of numpy and scipy:
numbers or arrays in, numbers, arrays or a frozen dataclass out, randomness only from a passed seed. Where arguments are
arrays the answer has their broadcast shape, so one call gives a curve, and the curve at a point is the point.

Units are SI, and the unit stands in the name: `_bytes`, `_bytes_per_s`, `_j`, `_w`, `_s`. Fractions run from 0 to 1.
kB, MB and GB are decimal, for transfer and storage; KiB, MiB and GiB are binary, for RAM. One multiply-accumulate is
two FLOP. A bad argument raises `ValueError` with the argument, its value and the allowed range; nothing is clamped in
silence.

This page is rendered from the docstrings by `python tools/physics_page.py`; a test holds it to them.
"""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One line of the nomenclature and the modules that use the name so."""

    name: str
    symbol: str
    unit: str
    meaning: str
    modules: tuple[str, ...]


def public_modules() -> tuple[str, ...]:
    """Return the names of the public modules in reading order; one without a place comes last."""
    found = {path.stem for path in (ROOT / "physics").glob("*.py") if not path.stem.startswith("_")}
    found |= {path.parent.name for path in (ROOT / "physics").glob("*/__init__.py") if path.parent.name != "data"}
    found |= {name for name in SUPPORT if "." in name}  # modules of a package with a section of their own
    placed = [name for name in (*MODELS, *SUPPORT) if name in found]
    return (*placed, *sorted(found - set(placed)))


def module_of(name: str) -> ModuleType:
    """Return a physics module by its short name."""
    return importlib.import_module(f"physics.{name}")


def sections_of(module: ModuleType) -> dict[str, str]:
    """Return a module docstring as its opening sentences, under the key "", and its sections by heading.

    Raises:
        ValueError: a module without a docstring.
    """
    text = inspect.getdoc(module)
    if not text:
        raise ValueError(f"{module.__name__} has no docstring: say in one sentence what the module is for")
    opening, *rest = re.split(r"^(\S[^\n]*)\n-{3,}\n", text, flags=re.MULTILINE)
    found = {"": opening.strip()}
    for heading, body in zip(rest[::2], rest[1::2], strict=True):
        found[heading.strip()] = body.strip("\n")
    return found


def public_functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the functions of ``__all__`` by name, cached ones too, in alphabetical order."""
    named = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    return {
        name: thing
        for name, thing in sorted(named.items(), key=lambda item: item[0].lower())
        if inspect.isfunction(inspect.unwrap(thing))
    }


def public_records(module: ModuleType) -> dict[str, type]:
    """Return the dataclasses of ``__all__`` by name, in alphabetical order."""
    named = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    return {name: thing for name, thing in sorted(named.items()) if inspect.isclass(thing)}


def public_constants(module: ModuleType) -> dict[str, Any]:
    """Return the constants of ``__all__`` by name, in alphabetical order, but for those with a source."""
    names = set(getattr(module, "__all__", ())) - set(getattr(module, "SOURCES", ()))
    return {name: getattr(module, name) for name in sorted(names) if name.isupper()}


def nomenclature() -> list[Term]:
    """Return the terms of all modules in alphabetical order; equal lines are one term with several modules.

    Raises:
        ValueError: a line that is not ``name | symbol | unit | meaning``.
    """
    users: dict[tuple[str, str, str, str], list[str]] = {}
    modules, said = public_modules(), set()
    for module in modules:
        for line in sections_of(module_of(module)).get("Nomenclature", "").splitlines():
            term = _term(_cells(line, 4, f"physics.{module}"))
            users.setdefault(term, []).append(module)
            said.add((term[0], module))
    for line in ARGUMENTS.strip().splitlines():
        *cells, takers = _cells(line, 5, "ARGUMENTS of tools/physics_page.py")
        here = [name for name in takers.split(", ") if name in modules and (cells[0], name) not in said]
        if here:
            users.setdefault(_term(cells), []).extend(here)
    terms = [
        Term(name=name, symbol=symbol, unit=unit, meaning=meaning, modules=tuple(sorted(used)))
        for (name, symbol, unit, meaning), used in users.items()
    ]
    return sorted(terms, key=lambda term: (term.name.lower(), term.modules))


def _cells(line: str, count: int, where: str) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != count or not cells[0] or not cells[3]:
        raise ValueError(f"Nomenclature of {where}: a line is name | symbol | unit | meaning, got {line!r}")
    return cells


def _term(cells: list[str]) -> tuple[str, str, str, str]:
    name, symbol, unit, meaning = cells
    # A pure number is written 1, - or nothing in the modules; the page has one sign for it and for words.
    return name, symbol.strip("-") or NONE, NONE if unit in {"", "-", "1"} else unit, meaning


def first_sentence(thing: Any) -> str:
    """Return the first sentence of a docstring, on one line."""
    paragraph = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.])\s(?=[A-Z`])", paragraph)[0]


def signature(name: str, function: Callable[..., Any]) -> str:
    """Return a call with the names and defaults of its arguments, without types, in lines of 110 characters."""
    found = inspect.signature(function)
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in found.parameters.values()]
    call = name + str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    return "\n".join(textwrap.wrap(call, 110, subsequent_indent="    ", break_long_words=False))


def page() -> str:
    """Return the whole page."""
    modules = public_modules()
    parts = [INTRODUCTION, "## Contents\n", *_contents(modules), "", *_speed(), *_nomenclature_table()]
    shown: dict[int, str] = {}
    for name in modules:
        parts.extend(_section(name, shown))
    return "\n".join(parts).rstrip("\n") + "\n"


def _contents(modules: Iterable[str]) -> list[str]:
    lines = ["* [Speed](#speed)"] if BENCHMARK.exists() else []
    lines.append("* [Nomenclature](#nomenclature)")
    for name in modules:
        title = TITLES.get(name, name)
        anchor = re.sub(r"[^a-z ]", "", title.lower()).replace(" ", "-")
        lines.append(f"* [{title}](#{anchor}), `physics.{name}`: {_one_line(sections_of(module_of(name))[''])}")
    return lines


def _one_line(text: str) -> str:
    return _escaped(" ".join(text.split("\n\n")[0].split()))


def _speed() -> list[str]:
    if not BENCHMARK.exists():
        return []
    return [
        "## Speed\n",
        "One BLAS thread, each model beside a peer on the same problem in the same run, in turns; Flower takes the "
        "cores it finds. A slider moved is a call with arguments that no cache has seen. `make bench-physics` measures "
        "anew.\n",
        f"```text\n{BENCHMARK.read_text(encoding='utf-8').strip()}\n```\n",
    ]


def _nomenclature_table() -> list[str]:
    rows = [
        f"| `{term.name}` | {_code(term.symbol)} | {_escaped(term.unit)} | {_escaped(term.meaning)} "
        f"| {', '.join(term.modules)} |"
        for term in nomenclature()
    ]
    return [
        "## Nomenclature\n",
        "Where two modules mean different things by one name, or say it in their own words, each has its line. "
        f"Under unit, {NONE} is a pure number or a word.\n",
        "| name | symbol | unit | meaning | modules |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]


def _code(symbol: str) -> str:
    return symbol if symbol == NONE else f"`{symbol}`"


def _section(name: str, shown: dict[int, str]) -> list[str]:
    module = module_of(name)
    text = sections_of(module)
    opening, _, example = text[""].partition("\n\n>>>")
    lines = [f"## {TITLES.get(name, name)}\n", f"`physics.{name}`\n", _escaped(opening), ""]
    if example:
        lines += [f"```python\n>>>{example}\n```", ""]
    if "Model" in text:
        lines += ["### Model equations\n", f"```text\n{text['Model']}\n```\n"]
    for heading in ("Validity", "Leaves out"):
        if heading in text:
            lines += [f"### {heading}\n", _escaped(text[heading]), ""]
    lines += _calls(name, module, shown)
    if "References" in text:
        lines += ["### References\n", _escaped(text["References"]), ""]
    return lines


def _calls(name: str, module: ModuleType, shown: dict[int, str]) -> list[str]:
    """Return the public names of a module; what an earlier section described is named there only."""
    lines: list[str] = []
    functions, records, constants = public_functions(module), public_records(module), public_constants(module)
    earlier = {known: shown[id(thing)] for known, thing in {**functions, **records}.items() if id(thing) in shown}
    shown.update({id(thing): name for thing in (*functions.values(), *records.values()) if id(thing) not in shown})
    if functions.keys() - earlier.keys():
        lines += ["### Functions\n"]
    for known, function in functions.items():
        if known not in earlier:
            lines += [f"```python\n{signature(known, function)}\n```\n", _escaped(first_sentence(function)), ""]
    if records.keys() - earlier.keys():
        lines += ["### Records\n"]
        for known, record in records.items():
            if known not in earlier:
                fields = ", ".join(field.name for field in dataclasses.fields(record))
                lines.append(f"* `{known}({fields})`: {_escaped(first_sentence(record))}")
        lines.append("")
    if constants:
        lines += ["### Constants\n", *(_constant(known, value) for known, value in constants.items()), ""]
    for where in dict.fromkeys(earlier.values()):
        names = ", ".join(f"`{known}`" for known, section in earlier.items() if section == where)
        lines += [f"Described under {TITLES.get(where, where)}: {names}.", ""]
    if not hasattr(module, "__all__"):
        lines += [f"The names stand in `physics/{name}.py`.", ""]
    lines += _sources(module)
    return lines


def _constant(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"* `{name}`: " + "; ".join(f"`{key}`, {meaning}" for key, meaning in value.items()) + "."
    return f"* `{name} = {value!r}`"


def _sources(module: ModuleType) -> list[str]:
    """Return the table of what a module's ``SOURCES`` names: the number, or the table's size, and where it is from."""
    known: Mapping[str, Source] = getattr(module, "SOURCES", {})
    if not known:
        return []
    rows = []
    for name, source in known.items():
        value = getattr(module, name)
        shown = (
            f"{len(value)} rows"
            if isinstance(value, tuple)
            else f"{value:,}"
            if isinstance(value, int)
            else f"{value:g}"
        )
        cited = _escaped(source.citation)
        rows.append(f"| `{name}` | {shown} | {source.kind} | {f'[{cited}]({source.link})' if source.link else cited} |")
    return ["### Sources\n", "| name | value | kind | source |", "|---|---|---|---|", *rows, ""]


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is written, except that back quotes still mark code."""
    pieces = re.split(r"(`+[^`]*`+)", text)
    return "".join(piece if index % 2 else re.sub(r"([*|<\[\]])", r"\\\1", piece) for index, piece in enumerate(pieces))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(nomenclature())} terms, {len(public_modules())} modules")
