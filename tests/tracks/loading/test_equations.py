"""LaTeX as MathML: what it draws, what is refused, and that every line of Peek says the same twice."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.sweeps import is_left_to_sweep
from tracks.api.demonstration import PeekLine
from tracks.loading.equations import BadEquation, line_parts, mathml
from tracks.loading.registry import Registry

HOSTILE = (
    r"\text{<script>alert(1)</script>}",
    r"\text{</math><img src=x onerror=alert(1)>}",
    r"\text{a < b}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{color:red}{x}",
    r"\class{hud}{x}",
    r"\nosuchcommand",
    "{" * 3000 + "x" + "}" * 3000,
    "",
)


@pytest.mark.parametrize("latex", HOSTILE, ids=lambda latex: latex[:20])
def test_what_is_no_equation_is_refused_in_a_sentence_and_opens_no_element(latex: str) -> None:
    with pytest.raises(BadEquation, match=r"^equation "):
        line_parts(f"so ${latex}$")


def test_a_line_breaks_before_relations_and_signs_outside_brackets() -> None:
    """Each part is whole MathML, and together they say what the one equation says."""
    parts = line_parts(r"with $y = a (b + c) - \frac{d = e}{f}$, all of it")
    assert [text for text, is_mathml in parts if not is_mathml] == ["with ", ", all of it"]
    said = ["".join(ElementTree.fromstring(text).itertext()) for text, is_mathml in parts if is_mathml]
    assert said == ["y", "=a(b+c)", "−d=ef"]
    whole = ElementTree.fromstring(mathml(r"y = a (b + c) - \frac{d = e}{f}"))
    assert "".join(whole.itertext()) == "".join(said)
    with pytest.raises(BadEquation, match="no second"):
        line_parts("costs $5")


def test_the_bar_of_a_norm_is_as_high_as_its_pair_where_it_carries_an_exponent() -> None:
    """Else a browser stretches it over the exponent's base alone, which is itself."""
    signs = [sign for sign in ElementTree.fromstring(mathml(r"|W - V|^2")).iter() if sign.text == "|"]
    assert [sign.get("stretchy") for sign in signs] == ["false", "false"]


def symbols(text: str) -> set[str]:
    """The words and letters of an equation, without what typesetting writes in another way."""
    words = set(re.findall(r"[A-Za-zα-ωΦΣ]+", text.replace("∞", " ")))
    return words - {"exp", "e", "of", "over", "and", "each", "Σ", "i", "m"}


def test_a_screen_reader_and_the_eye_are_told_the_same(registry: Registry) -> None:
    """Each symbol and word of the equation that is said stands in the one that is drawn: none was forgotten."""
    for track in registry.tracks.values():
        for bench in registry.benches(track.id):
            if bench.peek is None or is_left_to_sweep(track.id, bench.id):  # the same equations on another track
                continue
            values = bench.defaults()
            for line in bench.peek(track, bench.run(track, values), **values).lines:
                if line.latex:
                    _compare(line)


def _compare(line: PeekLine) -> None:
    drawn = " ".join(
        " ".join(ElementTree.fromstring(text).itertext()) if is_mathml else text
        for text, is_mathml in line_parts(line.latex)
    )
    letters = "".join(re.findall(r"\w", drawn))
    missing = {word for word in symbols(line.equation) if word not in letters and any(c not in letters for c in word)}
    assert missing == set(), (line.name, drawn)
