"""No text of a plugin or a student becomes an element, an attribute or a link: it is shown as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings
from dashboard.web import ids
from physics.sources import Source
from tests.attacks.hostile import ATTACKS
from tests.http_student import Student, an_answer
from tracks.loading.registry import load_registry

PLUGIN = Path(__file__).parents[2] / "attacks"
KEY = ids.bench_key("hostile", "downlink")
PLAIN = "plain words"  # the same pages with these show what is the lab's own
LINKS = {"href", "src", "action", "formAction", "srcDoc"}
FIGURE_TAG = re.compile(r"</?(?:b|i|sub|sup)>|<br>")


def lab_of(text: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> Student:
    """A student of a lab that has one plugin, each of whose texts starts with ``text``."""
    monkeypatch.setenv("HOSTILE_TEXT", text)
    registry = load_registry(folder=PLUGIN, builtins=(), entry_points=False)
    assert [record.reason for record in registry.found] == [""]
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(place)})
    upgrade(settings.database_url)
    app: Dash = create_app(settings, registry)
    return Student.of(app, registry)


def answers(student: Student, text: str) -> Iterator[Any]:
    """What the server answers on every page and at every step of a bench; the student's own texts hold ``text``."""
    bench = student.bench(KEY)
    paths = ("/", "/designer", "/hostile", "/hostile/downlink", f"/{text}", f"/hostile/{text}", f"/hostile?{text}")
    yield from (student.page(path) for path in paths)
    for prediction in bench.predictions:
        entered = an_answer(prediction)
        yield student.press(KEY, "review", prediction=prediction.id, entered={**entered, "value": text})
        yield student.press(KEY, "review", prediction=prediction.id, entered=entered)
        yield student.press(KEY, "review", prediction=prediction.id, entered={**entered, "mechanism": text})
        yield student.lock(KEY, prediction)
    yield student.update(KEY, bench.defaults())
    yield student.update(KEY, {**bench.defaults(), "codec": text})
    yield student.update(KEY, {**bench.defaults(), "codec": "int8"})
    yield from (student.table(KEY, panel.id) for panel in bench.panels)
    yield student.record(KEY)
    yield student.act(KEY, {"do": "carry", "try": text})
    yield student.observe(KEY, text)
    yield student.observe(KEY)
    yield student.act(KEY, {"do": "carry", "try": 1})
    yield student.ask_hint(KEY, {"at": 1, "level": 2, "values": bench.defaults()})
    written = {"text": text * 20, "check": "smaller", **{f"rubric_{n}": "yes" for n in range(4)}}
    yield student.write(KEY, "reflect", written)
    yield student.write(KEY, "mark", written)
    yield from (student.page(path) for path in ("/", "/hostile", "/hostile/downlink"))


class Shape(HTMLParser):
    """The elements of a piece of HTML with their attributes' names, and the values of links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, sorted(name for name, _ in attrs), [v for n, v in attrs if n in LINKS]))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    handle_decl = handle_pi = unknown_decl = handle_comment


def shape_of(part: Any) -> Iterator[Any]:
    """Yield every component and element of an answer by its kind, and what its links lead to; no text."""
    if isinstance(part, dict):
        if "namespace" in part and "type" in part:
            props = part["props"]
            yield (part["type"], sorted(props), {name: props[name] for name in LINKS & props.keys()})
        if isinstance(html := part.get("data-html"), str):
            shape = Shape()
            shape.feed(html)
            shape.close()
            yield shape.found
        for name in sorted(part, key=str):
            yield from shape_of(part[name])
    elif isinstance(part, list):
        for inner in part:
            yield from shape_of(inner)


def figure_texts(part: Any) -> Iterator[str]:
    """Yield every text of every Plotly figure in an answer."""
    if isinstance(part, dict) and {"data", "layout"} <= part.keys():
        yield from strings(part)
    else:
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from figure_texts(inner)


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from strings(inner)


def seen(text: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The answers as JSON, of those that were refused the sentence alone."""
    found = []
    for answer in answers(lab_of(text, place, monkeypatch), text):
        assert answer.status_code < 500
        assert answer.status_code == 204 or answer.mimetype == "application/json"
        found.append(answer.get_json() if answer.status_code == 200 else answer.status_code)
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = seen(PLAIN, tmp_path_factory.mktemp("plain"), monkeypatch)
    assert json.dumps(found).count(PLAIN) > 200
    assert sum('"data-html"' in json.dumps(answer) for answer in found) > 5
    return [list(shape_of(answer)) for answer in found]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_changes_no_element_attribute_or_link_of_any_page(
    attack: str, plain: list[list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = seen(attack, tmp_path, monkeypatch)
    for number, (answer, own) in enumerate(zip(found, plain, strict=True)):
        assert list(shape_of(answer)) == own, f"answer {number}"
        for text in figure_texts(answer):
            assert "<" not in FIGURE_TAG.sub("", text), text
    htmls = [text for answer in found for text in strings(answer) if text.startswith("<") and "</" in text]
    assert htmls


def test_what_a_text_says_is_what_stands_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attack = ATTACKS[0]
    found = seen(attack, tmp_path, monkeypatch)
    words = Shape()
    for answer in found:
        for text in html_parts(answer):
            words.feed(text)
    assert f"{attack} Label" in "".join(words.words)  # in what is sent as HTML
    assert any(f"{attack} The model is sent whole to every device." in text for text in strings(found))


def html_parts(part: Any) -> Iterator[str]:
    if isinstance(part, dict) and isinstance(part.get("data-html"), str):
        yield part["data-html"]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from html_parts(inner)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JavaScript:alert(1)", " https://x", "data:text/html,x", "//x"]
)
def test_a_source_links_to_https_alone(address: str) -> None:
    with pytest.raises(ValueError, match="must start with"):
        Source(citation="A paper", kind="paper", url=address)
    with pytest.raises(ValueError, match="must start with"):
        Source(citation="A paper", kind="paper", doi=address)
