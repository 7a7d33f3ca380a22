"""The docstrings of the physics layer hold all that the documentation shows."""

import inspect
import re
from collections import defaultdict
from types import ModuleType

import pytest

from docs.extensions import docstrings
from docs.extensions.docstrings import (
    MODELS,
    ROOT,
    SUPPORT,
    module_of,
    nomenclature,
    nomenclature_table,
    public_functions,
    public_modules,
    sections_of,
    symbol_latex,
    with_symbols,
)
from tracks.loading.equations import mathml

FUNCTIONS = {(name, known): thing for name in MODELS for known, thing in public_functions(module_of(name)).items()}
TERMS = nomenclature()

# One name, several quantities: each module follows the notation of its own literature.
HOMONYMS = {
    "algorithm": "how updates are combined; how often the model's bytes travel",
    "batch": "images in a training step; requests in a decode step",
    "clients": "all simulated clients; those invited to a round",
    "compute_j": "energy of a participation; of a step's operations",
    "last": "blocks that train; changes of a curve",
    "method": "what trains; which Gaussian mechanism",
    "model_bytes": "trained parameters as they are sent; weights of the served model",
    "participation": "a share of the fleet; a mask of rounds and clients",
    "payload_bytes": "an update; a message on the air",
    "rank": "of an adapter; to which a change of the model is cut",
    "rounds": "of a run; of averaging with neighbours",
    "seconds": "a duration; seconds of moving for each second of learning",
    "target": "updates a round needs; accuracy to be reached",
}
# One quantity in each module's own words: symbol and unit must agree.
REWORDED = {"accuracy", "alpha", "clip", "cohort", "fleet", "noise_multiplier"}
# Which modules' arguments a module takes and passes on.
BORROWS = {"memory": {"networks"}, "energy": {"memory", "networks"}, "federation": {"federation.problem"}}


def section(function, heading):
    """The text under a heading of a numpy docstring, or nothing."""
    text = inspect.getdoc(function) or ""
    found = re.search(rf"^{heading}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return found.group(1).strip("\n") if found else ""


def documented(function):
    """Each documented parameter with its type and its description."""
    entries = {}
    for entry in re.split(r"\n(?=\S)", section(function, "Parameters")):
        head, _, said = entry.partition("\n")
        names, _, kind = head.partition(" : ")
        for name in names.split(", "):
            entries[name] = (kind, said)
    return entries


def states_its_unit(kind, said):
    """A unit in brackets (not a range), or no quantity at all, or a reference to another function that states it."""
    unit = re.search(r"\[(?![-\d.e+]+,)[^\]]+\]", said)
    word = kind.startswith("{") or kind in {"FederatedProblem", "Mesh", "str", "bool"} or re.search(r'"\w+"', said)
    mask = kind.startswith("array of bool")
    return bool(unit or word or mask or re.match(r"(As (in|of)|See) `", said.strip()))


def test_every_public_module_has_its_place_in_the_documentation():
    assert set(public_modules()) <= {*MODELS, *SUPPORT}
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "physics").glob("*.rst"))
    assert [name for name in public_modules() if f"automodule:: physics.{name}\n" not in pages] == []
    assert [name for name in MODELS if f"public-names:: physics.{name}\n" not in pages] == []


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_its_equations_set(name):
    text = sections_of(module_of(name))["Model"]
    assert ".. math::" in text or ":math:" in text


@pytest.mark.parametrize("name", public_modules())
def test_every_module_says_in_its_first_sentence_what_it_is_for(name):
    sentence = sections_of(module_of(name))[""].split("\n\n")[0]
    assert sentence.endswith(".")
    assert len(sentence.split()) > 5


@pytest.mark.parametrize(
    "name", [name for name in public_modules() if name not in {"constants", "sources", "units", "validation"}]
)
def test_every_model_says_where_it_holds_and_what_it_leaves_out(name):
    text = sections_of(module_of(name))
    for heading in ("Model", "Validity", "Leaves out", "Nomenclature", "References"):
        assert text.get(heading, "").strip(), f"physics.{name} lacks the section {heading}"


@pytest.mark.parametrize(("name", "known"), FUNCTIONS)
def test_every_public_function_is_documented_whole(name, known):
    function = FUNCTIONS[name, known]
    entries = documented(function)
    for parameter in inspect.signature(function).parameters:
        assert parameter in entries, f"{known} does not document {parameter}"
        assert states_its_unit(*entries[parameter]), f"{known}: {parameter} has no [unit]"
    assert entries.keys() <= inspect.signature(function).parameters.keys(), "a parameter that does not exist"
    assert section(function, "Returns")
    assert "ValueError" in section(function, "Raises")
    assert re.search(r"^ *>>> .*\b" + known + r"\(", inspect.getdoc(function), flags=re.MULTILINE), (
        "no doctest calls it"
    )


@pytest.mark.parametrize(("name", "known"), FUNCTIONS)
def test_every_keyword_stands_in_the_nomenclature(name, known):
    sources = {name} | BORROWS.get(name, set())
    explained = {term.name for term in TERMS if sources & set(term.modules)}
    assert set(inspect.signature(FUNCTIONS[name, known]).parameters) <= explained


def test_one_name_has_one_line_unless_it_is_known_to_mean_several_things():
    lines = defaultdict(list)
    for term in TERMS:
        lines[term.name].append((term.symbol, term.unit))
    several = {name for name, uses in lines.items() if len(uses) > 1}
    assert several == set(HOMONYMS) | REWORDED
    assert {name: set(lines[name]) for name in REWORDED if len(set(lines[name])) > 1} == {}


def test_the_pages_own_list_holds_only_what_a_function_takes():
    for line in docstrings.ARGUMENTS.strip().splitlines():
        known, *_, takers = (cell.strip() for cell in line.split("|"))
        for name in takers.split(", "):
            module = module_of(name)
            functions = [*public_functions(module).values(), getattr(module, "digits_problem", None)]
            taken = {one for function in functions if function for one in inspect.signature(function).parameters}
            assert known in taken, f"no function of physics.{name} takes {known}"


def test_a_modules_own_line_goes_before_the_pages(monkeypatch):
    assert [term.meaning for term in TERMS if term.name == "churn"] == ["share of nodes asleep in a round"]
    monkeypatch.setattr(docstrings, "ARGUMENTS", "churn | - | 1 | something else | gossip\nflux | - | W | new | gossip")
    terms = {term.name: term for term in nomenclature()}
    assert terms["churn"].meaning == "share of nodes asleep in a round"
    assert (terms["flux"].unit, terms["flux"].modules) == ("W", ("gossip",))


def test_the_nomenclature_is_alphabetical_and_without_repeats():
    keys = [(term.name.lower(), term.modules) for term in TERMS]
    assert keys == sorted(keys)
    assert len({(term.name, module) for term in TERMS for module in term.modules}) == sum(
        len(term.modules) for term in TERMS
    )


def test_a_docstring_is_cut_at_its_headings():
    module = ModuleType(
        "physics.example", "What it is for.\n\nModel\n-----\n    a = b\n\nValidity\n--------\nAlways.\n"
    )
    assert sections_of(module) == {"": "What it is for.", "Model": "    a = b", "Validity": "Always."}


def test_a_module_without_a_docstring_is_refused_by_name():
    with pytest.raises(ValueError, match=r"physics\.empty has no docstring"):
        sections_of(ModuleType("physics.empty"))


@pytest.mark.parametrize("line", ["tau | 1 | local steps", "tau | tau | 1 |", "| tau | 1 | local steps", "tau"])
def test_a_broken_line_of_the_nomenclature_is_refused_with_its_module(monkeypatch, line):
    broken = ModuleType("physics.memory", f"What it is for.\n\nNomenclature\n------------\n{line}\n")
    monkeypatch.setattr(docstrings, "public_modules", lambda: ("memory",))
    monkeypatch.setattr(docstrings, "module_of", lambda _name: broken)
    with pytest.raises(ValueError, match=r"Nomenclature of physics\.memory: a line is name \| symbol"):
        nomenclature()


def test_the_quoted_ratios_are_measured_on_the_numpy_and_scipy_of_the_lab():
    def pins(name):
        lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        return {line.partition("==")[0]: line for line in lines if "==" in line}

    lab, peers = pins("run.txt"), pins("peers.txt")
    assert [peers[name] for name in ("numpy", "scipy")] == [lab[name] for name in ("numpy", "scipy")]
    assert {"torch", "opacus", "dp-accounting", "flwr"} <= peers.keys()


@pytest.mark.parametrize(
    ("symbol", "latex"),
    [
        ("lambda_i", r"\lambda_{i}"),
        ("P_idle", r"P_{\text{idle}}"),
        ("F(W_inf) - F*", r"F(W_{\infty}) - F^*"),
        ("PER", r"\text{PER}"),
    ],
)
def test_a_symbol_is_set_as_the_equations_set_it(symbol, latex):
    assert symbol_latex(symbol) == latex
    assert mathml(latex).startswith("<math")


def test_the_nomenclature_of_a_module_becomes_a_table():
    table = nomenclature_table(["rounds | R | 1 | rounds of communication"], "here")
    assert table[-4:] == [
        "   * - ``rounds``",
        "     - :math:`R`",
        "     - –",
        "     - rounds of communication",
    ]


def test_the_prose_of_a_module_sets_its_symbols_as_its_equations_do():
    said = "With p_k the share of client k, tau steps and sigma^2 (w - b_k): `n_k M_k` is code, fan_out a name."
    shown = r"With :math:`p_{k}` the share of client k, :math:`\tau` steps and :math:`\sigma^2` (w - :math:`b_{k}`): "
    shown += "`n_k M_k` is code, fan_out a name."
    equation = r"   W_k^+ = M_k W_t"
    assert with_symbols([said, "", equation]) == [shown, "", equation]
