"""A signed export (N11) is recognised, and whatever was changed in it since is found, named and said."""

from __future__ import annotations

import itertools
import json
import random
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.__main__ import main
from dashboard.ledger.events import NO_HASH, StoredEvent, canonical
from dashboard.ledger.exports import page
from dashboard.ledger.exports.document import compose, signature, spell
from dashboard.ledger.exports.verification import MAX_FILE, verify
from tracks.commands.terminal import ExitCode

KEYS = ("n" * 40, "o" * 40)
STUDENT = uuid.UUID(int=7).hex
HOSTILE = "</script><script>alert(1)</script><!-- \"'& µ ε \u2028 \\ "


def chain(count: int, student: str = STUDENT) -> tuple[StoredEvent, ...]:
    """Events as the ledger stores them, with texts and numbers of every kind."""
    events: list[StoredEvent] = []
    for n in range(count):
        is_lock = n % 5 == 0
        draft = StoredEvent(
            student=student,
            track="edge_guardian",
            bench="paradox",
            kind="lock" if is_lock else "try",
            payload_text=canonical({"n": n, "x": n / 3, "text": HOSTILE, "list": [None, True, 1e300, -0.0]}),
            idempotency_key=f"key-{n}",
            model_version="physics-1",
            seed=n if n % 2 else None,
            class_code=None,
            prediction=f"p{n}" if is_lock else None,
            attempt=1 if is_lock else None,
            sequence=n + 1,
            time=datetime(2026, 2, 3, 4, 5, n % 60, n, tzinfo=UTC),
            previous_hash=events[-1].hash if events else NO_HASH,
            hash="",
        )
        events.append(replace(draft, hash=draft.expected_hash()))
    return tuple(events)


EVENTS = chain(12)


def as_json(events: tuple[StoredEvent, ...] = EVENTS, keys: tuple[str, ...] = KEYS, **fields: Any) -> bytes:
    given = {"student": STUDENT, "program": "1", "model_version": "physics-1", "name": "Ann <b>", **fields}
    return compose(events, keys, **given).encode()


def as_html(events: tuple[StoredEvent, ...] = EVENTS) -> bytes:
    before, after = page.parts_of(f"<!doctype html><h1>Ledger µ</h1>{page.PLACE}<p>{'a table ' * 20}</p>")
    document = as_json(events, page=page.digest(before, after)).decode()
    return page.joined(before, document, after)


FORMATS: dict[str, Callable[..., bytes]] = {"json": as_json, "html": as_html}


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("count", [0, 1, 12])
def test_what_was_signed_is_genuine_for_every_key_that_is_still_accepted(make: Any, count: int) -> None:
    data = make(chain(count))
    for keys in (KEYS, KEYS[:1], ("x" * 40, *KEYS)):
        found = verify(data, keys)
        assert (found.result, found.signed, found.events) == ("genuine", count, chain(count)), found.sentences
    assert found.text("name") == "Ann <b>"
    assert make(chain(count)) == data  # the same ledger is the same file, to the byte


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_every_one_of_a_thousand_changed_bits_is_found(make: Any) -> None:
    data = make()
    chance = random.Random(15)
    for bit in chance.sample(range(8 * len(data)), 1000):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        found = verify(bytes(changed), KEYS)
        assert found.result != "genuine", f"bit {bit % 8} of byte {bit // 8}: {data[bit // 8 - 20 : bit // 8 + 20]!r}"
        assert found.sentences


def test_every_place_of_one_event_is_bound_and_the_event_is_named() -> None:
    data = as_json()
    line = data.split(b"\n").index(b'"events":[') + 4  # event 4
    start = sum(len(part) + 1 for part in data.split(b"\n")[:line])
    every = range(start, start + len(data.split(b"\n")[line]))
    spelled = 0
    for at, bit in itertools.product(every, (1, 32)):
        changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        found = verify(changed, KEYS)
        assert found.result == "altered", (at, bit)
        # Bit 32 makes a small letter a capital, and of an escape the same one, spelled as no lab does.
        if bit == 32 and not found.altered:
            spelled += 1
            assert "Every event is as it was signed" in found.sentences[0]
            continue
        # A changed hash is one that the next event does not continue; a comma more makes the next line no event.
        assert {4, 5} & set(found.altered), (at, bit, found.sentences)
    assert 0 < spelled < 20


def fields_of(data: bytes) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(data)
    return loaded


def test_a_ledger_cut_off_at_its_end_is_found_however_well_it_was_cut() -> None:
    fields = fields_of(as_json())
    fields["events"] = fields["events"][:7]
    found = verify(spell(fields).encode(), KEYS)
    assert (found.result, found.signed, len(found.events)) == ("cut", 12, 7)
    assert "7 of the 12 events" in found.sentences[0]
    # With the count and the last hash put right as well, the signature does not hold.
    fields |= {"count": 7, "head": fields["events"][-1]["hash"]}
    assert verify(spell(fields).encode(), KEYS).result == "altered"


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_a_file_cut_anywhere_says_so_and_no_cut_is_genuine(make: Any) -> None:
    data = make()
    results = {verify(data[:length], KEYS).result for length in range(0, len(data), 37)}
    assert "genuine" not in results
    assert "cut" in results
    middle = verify(data[: data.index(b'"sequence":8')], KEYS)
    assert (middle.result, len(middle.events), middle.signed) == ("cut", 7, 12)


def test_events_that_were_removed_added_reordered_or_replaced_are_named() -> None:
    def altered(events: list[Any]) -> tuple[int, ...]:
        found = verify(spell(fields_of(as_json()) | {"events": events}).encode(), KEYS)
        assert found.result == "altered", found.sentences
        return found.altered

    events = fields_of(as_json())["events"]
    assert altered(events[:3] + events[4:]) == (5,)
    assert altered([*events[:2], events[3], events[2], *events[4:]]) == (4, 3, 5)
    assert altered([*events, events[-1]]) == (12,)
    longer = fields_of(as_json(chain(13)))["events"]
    assert (
        "the signature names 12" in verify(spell(fields_of(as_json()) | {"events": longer}).encode(), KEYS).sentences[0]
    )
    # Another's chain under this head.
    other = fields_of(as_json(chain(12, "f" * 32), student="f" * 32))
    assert verify(spell(fields_of(as_json()) | {"events": other["events"]}).encode(), KEYS).result == "altered"


def test_a_page_whose_table_was_changed_is_altered_though_its_events_are_not() -> None:
    found = verify(as_html().replace(b"a table", b"A TABLE", 1), KEYS)
    assert (found.result, found.altered) == ("altered", ())
    assert "page around the events" in found.sentences[0]
    # The signed document of one page in another one, and a JSON file's document in a page of one's own.
    for document in (page.split(as_html())[1].decode(), as_json().decode()):  # type: ignore[index]
        assert verify(page.joined(b"<p>I won", document, b""), KEYS).result == "altered"
    # The document of a page, taken out of it, is an export like any other.
    assert verify(page.split(as_html())[1], KEYS).result == "genuine"  # type: ignore[index]


def test_another_server_s_file_and_a_forged_signature_are_told_apart() -> None:
    foreign = verify(as_json(keys=("other" * 10,)), KEYS)
    assert foreign.result == "foreign"
    assert "another server" in foreign.sentences[0]
    assert "hold together" in foreign.sentences[1]
    forged = fields_of(as_json())
    forged["signature"] = signature(forged, "guess" * 10)
    assert verify(spell(forged).encode(), KEYS).result == "altered"
    for wrong in ("", None, 7, "µ", "\ud800", [], {"a": 1}):
        assert verify(spell(forged | {"signature": wrong}).encode(), KEYS).result == "altered", wrong


@pytest.mark.parametrize(("schema", "result"), [(0, "older"), (-1, "older"), (2, "newer"), (True, "altered")])
def test_another_schema_is_said_and_not_called_altered(schema: Any, result: str) -> None:
    assert verify(spell(fields_of(as_json()) | {"schema": schema}).encode(), KEYS).result == result


def test_a_file_that_was_written_anew_says_that_its_events_are_as_signed() -> None:
    found = verify(json.dumps(fields_of(as_json()), indent=2).encode(), KEYS)
    assert found.result == "altered"
    assert "Every event is as it was signed" in found.sentences[0]


NESTED = b"[" * 200_000
ODD: dict[str, bytes] = {
    "nothing": b"",
    "a picture": bytes(range(256)) * 10,
    "another JSON": b'{"a": 1}',
    "a list": b"[1, 2]",
    "a page": b"<html><p>hello</p></html>",
    "an empty script": page.OPENING + page.CLOSING,
    "deep": NESTED,
    "deep in a document": as_json().replace(b'"list":[', b'"list":' + NESTED),
    "deep fields": b'{"format":"edgelab.ledger",\n"a":' + NESTED,
    "a long number": as_json().replace(b'"n":0', b'"n":' + b"9" * 10_000),
    "a number without end": as_json().replace(b'"n":0', b'"n":1e999'),
    "NaN": as_json().replace(b'"n":0', b'"n":NaN'),
    "a key twice": as_json().replace(b'"n":0', b'"n":0,"n":0'),
    "a lone surrogate": as_json().replace(b'"key-0"', b'"\\ud800"'),
    "events of no kind": spell(fields_of(as_json()) | {"events": [1, None, "x"]}).encode(),
    "an event of other types": spell(
        fields_of(as_json()) | {"events": [fields_of(as_json())["events"][0] | {"time": 7}]}
    ).encode(),
    "UTF-16": as_json().decode().encode("utf-16"),
    "with a byte order mark": b"\xef\xbb\xbf" + as_json(),
}


@pytest.mark.parametrize("name", ODD)
def test_no_file_raises_or_is_taken_for_genuine(name: str) -> None:
    found = verify(ODD[name], KEYS)
    assert found.result in ("altered", "unreadable")
    assert all(sentence.endswith(".") for sentence in found.sentences)


def test_a_file_of_fifty_megabytes_is_not_read() -> None:
    found = verify(b"{" + b" " * 50_000_000, KEYS)
    assert found.result == "unreadable"
    assert "50 MB" in found.sentences[0]
    assert MAX_FILE < 50_000_000


def test_no_text_ends_the_script_that_holds_it_or_begins_another() -> None:
    document = page.split(as_html())[1]  # type: ignore[index]
    assert not set(b"<>&") & set(document)
    assert document.isascii()
    assert fields_of(document)["events"][1]["payload"]["text"] == HOSTILE


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run ``edgelab verify`` beside some files: (exit code, standard output)."""
    files = {"ann.html": as_html(), "ben.json": as_json().replace(b'"n":3', b'"n":4'), "ann.json": as_json()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDGELAB_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EDGELAB_SECRET_KEY", ",".join(KEYS))

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        return main(["verify", *arguments]), capsys.readouterr().out

    return run


def test_many_files_are_one_table_and_one_exit_code(command: Callable[..., Any]) -> None:
    code, text = command("ann.html", "ben.json")
    assert code == ExitCode.FAILED
    assert re.search(r"^ann\.html +genuine +12 +\w+ \w+ \d+ +Ann <b>$", text, re.MULTILINE)
    assert re.search(r"^ben\.json +altered +12 ", text, re.MULTILINE)
    assert "ben.json: It was altered. Event 4 (try, edge_guardian/paradox) was changed" in text
    assert "1 of 2 genuine." in text
    assert command("ann.html")[0] == ExitCode.OK


def test_nonsense_is_a_line_each_and_no_file_ends_the_others(command: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a\nb.json").write_text("\x1b[2J")
    (tmp_path / "escape.json").write_bytes(as_json(name="\x1b[2J\x07evil"))
    code, text = command("a\nb.json", "escape.json", "folder", "nowhere.json", "", "-", "ann.json")
    assert code == ExitCode.FAILED
    assert "2 of 7 genuine." in text
    assert "\x1b" not in text, "a name in a file ran on the terminal"
    for said in ("folder: It cannot be read", "nowhere.json: It cannot be read", "-: It cannot be read"):
        assert said in text
    assert command()[0] == command("--jsno", "ann.json")[0] == ExitCode.USAGE


def test_two_files_of_one_student_are_told(command: Callable[..., Any]) -> None:
    code, text = command("ann.html", "ann.json")
    assert code == ExitCode.OK
    assert "ann.json: It holds the ledger of the same student as ann.html." in text


def test_json_holds_what_the_documentation_lists(command: Callable[..., Any]) -> None:
    code, text = command("--json", "ann.html", "ben.json", "nowhere.json", "folder")
    told = json.loads(text)
    assert (code, told["genuine"], told["others"]) == (ExitCode.FAILED, 1, 3)
    assert [row["result"] for row in told["files"]] == ["genuine", "altered", "unreadable", "unreadable"]
    assert told["files"][1]["altered"] == [4]
    assert told["files"][2]["sentences"] == ["It cannot be read: No such file or directory."]
    page_text = (Path(__file__).parents[3] / "docs" / "hosting" / "commands.md").read_text(encoding="utf-8")
    described = page_text.partition("A file:")[2].partition("\n\nA ")[0]
    rows = "".join(re.findall(r"^\| (`.+?`) \| ", described, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == set(told["files"][0])
