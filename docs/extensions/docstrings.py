"""What the docstrings of the physics layer hold: the sections of a module, its public names, the nomenclature.

A module's docstring has the sections Model, Validity, Leaves out, Nomenclature and References; a nomenclature line is
``name | symbol | unit | meaning``. Sphinx shows those lines as a table.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]

# In reading order: what plugins call, then what these are built on.
MODELS = ("memory", "traffic", "federation", "privacy", "gossip", "serving", "energy")
SUPPORT = (
    *("networks", "federation.problem", "memory.published", "serving.published"),
    *("constants", "sources", "units", "validation"),
)
NONE = "–"

# Arguments that are no quantity of a model's equations, or that only one function of a module takes. A module's own
# line goes first.
ARGUMENTS = """
advertising_interval_s | - | s | time between two transmissions of a mesh segment | gossip
algorithm | - | - | fedavg, fedprox or scaffold: how the clients' steps are made and combined | federation
client | k | 1 | which client, counted from 0 | federation
curve | - | any | accuracy or loss after every round | federation
direction | - | - | upload or download, seen from the device | energy
engine | - | - | exact: least squares in closed form; softmax, network: one layer or two, step by step | federation
hbm_bytes_per_s | - | B/s | HBM bandwidth of one GPU | serving
isolated | - | - | whether the radio sleeps before and after, so that waking and tail are added | energy
kv_bytes_per_token | kv | B | KV cache of one token | serving
last | n | 1 | changes counted from the end of a curve | federation
matrix | D | any | what is approximated by a matrix of lower rank | federation
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
        *cells, takers = _cells(line, 5, "ARGUMENTS of docs/extensions/docstrings.py")
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


# As LaTeX spells them.
_GREEK = frozenset(
    ("alpha", "beta", "gamma", "delta", "epsilon", "eta", "lambda", "mu", "rho", "sigma", "tau", "theta", "Gamma")
)


def symbol_latex(symbol: str) -> str:
    """Return a symbol of the nomenclature as LaTeX: greek letters by name, words upright."""

    def word(match: re.Match[str]) -> str:
        text = match[0]
        if text in _GREEK:
            return rf"\{text} "
        named = {"inf": r"\infty ", "sum": r"\sum "}.get(text)
        return named or (text if len(text) == 1 else rf"\text{{{text}}}")

    latex = re.sub(r"[^\W\d_]+", word, symbol.replace("*", "^*"))
    latex = re.sub(r" +(?=[_^)])", "", latex).strip()
    return re.sub(r"_((?:\\text\{\w+\}|\\\w+|\w))", r"_{\1}", latex)


def nomenclature_table(lines: list[str], where: str) -> list[str]:
    """Return the lines of a Nomenclature section as a table in reStructuredText."""
    table = [
        ".. list-table::",
        "   :header-rows: 1",
        "",
        "   * - name",
        "     - symbol",
        "     - unit",
        "     - meaning",
    ]
    for line in lines:
        name, symbol, unit, meaning = _term(_cells(line, 4, where))
        shown = NONE if symbol == NONE else f":math:`{symbol_latex(symbol)}`"
        table += [f"   * - ``{name}``", f"     - {shown}", f"     - {unit}", f"     - {meaning}"]
    return table


_SYMBOL = re.compile(
    rf"(?<![\w.:])(?:(?:[A-Za-z]|{'|'.join(sorted(_GREEK))})_[A-Za-z]{{1,3}}|{'|'.join(sorted(_GREEK))})(?:\^\d)?(?![\w(])"
)


def with_symbols(lines: list[str]) -> list[str]:
    """Return lines of prose with the symbols in them set as in the equations: "f_k", "tau".

    What stands in backquotes is code or a name, and what is indented belongs to an equation or a table; both stay.
    """
    shown = []
    for line in lines:
        parts = [line] if line.startswith(" ") else re.split(r"(:?`[^`]*`_?)", line)
        set_parts = [_SYMBOL.sub(lambda match: f":math:`{symbol_latex(match[0])}`", part) for part in parts[::2]]
        parts[::2] = [line] if line.startswith(" ") else set_parts
        shown.append("".join(parts))
    return shown


def _set(_app: Sphinx, what: str, name: str, _thing: object, _options: object, lines: list[str]) -> None:
    """Show a module's nomenclature as a table, and the symbols in its prose as symbols."""
    if what != "module" or "Nomenclature" not in lines:
        return
    start = lines.index("Nomenclature") + 2
    end = next((index for index in range(start, len(lines)) if not lines[index].strip()), len(lines))
    table = nomenclature_table(lines[start:end], name)
    lines[:] = [*with_symbols(lines[:start]), "", *table, "", *lines[end:]]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", _set)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
