"""Continue in another browser, bring a ledger back, hand the browser over, erase: over HTTP, with everything wrong."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from dashboard.app import create_app
from dashboard.callbacks.records import own_data
from dashboard.ledger.exports.document import compose
from dashboard.ledger.exports.verification import verify
from dashboard.ledger.identity import COOKIE, pseudonym, sign
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.resume import in_words
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from dashboard.web.limit_store import HostStore
from dashboard.web.rate_limits import WRONG_CODES
from tests.dashboard.callbacks.records.conftest import KEY
from tests.http_student import Student, said
from tracks.loading.registry import Registry

IdOf = Callable[[Student], str]


def send(student: Student, name: str, **fields: Any) -> Any:
    """Send a form as the page does; ``file`` is the content of one."""
    parts = [(key, value) for key, value in fields.items() if key != "file"]
    if "file" in fields:
        parts.append(("file", FileStorage(io.BytesIO(fields["file"]), filename="ledger.json")))
    boundary, body = encode_multipart(MultiDict(parts))
    kind = f"multipart/form-data; boundary={boundary}"
    return student.client.post(f"/ledger/{name}", data=body, content_type=kind, headers=student.headers)


def sentence(answer: Any) -> str:
    """What a form shows."""
    told = answer.get_json()
    return str(told.get("error") or " ".join(told["sentences"]))


def taken(student: Student, kind: str = "json") -> bytes:
    return bytes(student.client.get(f"/ledger/handin.{kind}").data)


# --- resume ----------------------------------------------------------------------------------------------------------


def test_a_code_continues_in_a_second_browser(played: Student, store: Store, id_of: IdOf) -> None:  # N15
    code = send(played, "code").get_json()["code"]
    second = Student.of(played.app, played.registry)
    answer = send(second, "resume", code=code.upper().replace(" ", ", "))
    assert answer.status_code == 200, sentence(answer)
    assert id_of(second) == id_of(played)
    assert "Amber" not in said(second.page("/ledger/data")) or pseudonym(id_of(played)) in said(
        second.page("/ledger/data")
    )
    assert second.record(KEY, codec="int8").status_code == 200
    events = store.events(id_of(played))
    assert [event.kind for event in events].count("try") == 2
    assert store.verify_chain(id_of(played)) == ()


def test_a_revoked_code_and_somebody_else_s_words_open_nothing(played: Student, id_of: IdOf) -> None:
    code = send(played, "code").get_json()["code"]
    assert "Revoked" in sentence(send(played, "revoke"))
    assert "There was no resume code" in sentence(send(played, "revoke"))
    second = Student.of(played.app, played.registry)
    before = id_of(second)
    for entry in (code, in_words(secrets.token_bytes(16))):
        answer = send(second, "resume", code=entry)
        assert (answer.status_code, sentence(answer)) == (422, own_data.NOBODY)
    assert id_of(second) == before


def test_a_browser_with_events_of_its_own_leaves_them_only_when_told_to(played: Student, id_of: IdOf) -> None:
    other = Student.of(played.app, played.registry)
    other.lock_all(KEY)
    code = send(other, "code").get_json()["code"]
    own = id_of(played)
    answer = send(played, "resume", code=code)
    assert (answer.status_code, sentence(answer)) == (422, own_data.AGREE)
    assert id_of(played) == own
    assert send(played, "resume", code=code, agreed="yes").status_code == 200
    assert id_of(played) == id_of(other)


def test_ten_thousand_guesses_reach_the_ledger_sixty_times(
    registry: Registry, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_of: IdOf
) -> None:
    """Of one address, however many browsers it has: the last guess comes from another student than the first."""
    asked = []
    monkeypatch.setattr("dashboard.ledger.resume._digest", lambda code: asked.append(code) or secrets.token_hex(32))
    upgrade(settings.database_url)
    app = create_app(settings, registry, HostStore(tmp_path / "limits"))
    guesser, other = Student.of(app, registry), Student.of(app, registry)
    before = id_of(guesser)
    words = in_words(secrets.token_bytes(16))
    codes = {send(guesser, "resume", code=words).status_code for _ in range(WRONG_CODES.most)}
    assert codes == {422}
    boundary, body = encode_multipart({"code": words})
    for _ in range(10_000 - WRONG_CODES.most):
        answer = guesser.client.post(
            "/ledger/resume", data=body, content_type=f"multipart/form-data; boundary={boundary}"
        )
        assert answer.status_code == 429
    answer = send(other, "resume", code=words)
    assert answer.status_code == 429
    assert re.search("60 codes that nobody has came from this address .* in 10 minutes", sentence(answer))
    assert 0 < int(answer.headers["Retry-After"]) <= WRONG_CODES.span_s
    assert len(asked) == WRONG_CODES.most
    assert id_of(guesser) == before


# --- leaving ---------------------------------------------------------------------------------------------------------


def test_who_is_not_this_student_starts_as_another(played: Student, store: Store, id_of: IdOf) -> None:
    own = id_of(played)
    answer = send(played, "leave")
    assert (answer.status_code, sentence(answer)) == (422, own_data.AGREE)
    assert id_of(played) == own
    assert send(played, "leave", agreed="yes").get_json()["go"] == "/"
    played.client.get("/")
    assert id_of(played) != own
    assert len(store.events(own)) > 0, "the ledger stays for its code"
    assert "Nothing is recorded yet" in said(played.page("/ledger/data"))


# --- import ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["json", "html"])
def test_a_ledger_comes_back_from_its_file_and_says_so(  # N11
    played: Student, store: Store, settings: Settings, id_of: IdOf, kind: str
) -> None:
    file, old = taken(played, kind), id_of(played)
    before = store.events(old)
    fresh = Student.of(played.app, played.registry)
    answer = send(fresh, "import", file=file)
    assert answer.status_code == 200, sentence(answer)
    *events, mark = store.events(id_of(fresh))
    assert [(event.kind, event.time, event.payload) for event in events] == [
        (event.kind, event.time, event.payload) for event in before
    ]
    assert store.verify_chain(id_of(fresh)) == ()
    assert mark.kind == "import"
    assert f"from a file of {pseudonym(old)} with {len(before)} events" in mark.payload["sentence"]
    # The bench goes on where it was, the mark stands in what is handed in, and the other's ledger is untouched.
    assert fresh.record(KEY, codec="int8").status_code == 200
    assert mark.payload["sentence"] in taken(fresh, "md").decode().replace("\\", "")
    checked = verify(taken(fresh), settings.secret_keys)
    first = f"It is genuine, and {len(before)} of its {len(before) + 2} events were imported from another file."
    assert checked.sentences[0].startswith(first), "what was not made here is said first"
    assert (checked.imported, checked.word) == (len(before), "genuine, partly imported")
    assert (checked.result, checked.sentences[1]) == ("genuine", mark.payload["sentence"])
    assert store.events(old) == before


def test_the_same_import_again_is_one_and_another_is_refused(played: Student, store: Store, id_of: IdOf) -> None:
    file = taken(played)
    other = Student.of(played.app, played.registry)
    other.lock_all(KEY)
    fresh = Student.of(played.app, played.registry)
    assert send(fresh, "import", file=file).status_code == 200
    before = store.events(id_of(fresh))
    assert send(fresh, "import", file=file).status_code == 200, "an answer that was lost is asked for again"
    assert store.events(id_of(fresh)) == before
    answer = send(fresh, "import", file=taken(other))
    assert answer.status_code == 422
    assert "goes into an empty ledger" in sentence(answer)
    assert store.events(id_of(fresh)) == before


def test_two_imports_at_once_leave_one_ledger(played: Student, store: Store, id_of: IdOf) -> None:
    played.record(KEY, codec="int8")
    other = Student.of(played.app, played.registry)
    other.lock_all(KEY)
    files = [taken(played), taken(other)]
    fresh = Student.of(played.app, played.registry)
    cookie = fresh.client.get_cookie(COOKIE).value

    def bring(file: bytes) -> int:
        browser = Student(fresh.app, fresh.registry, fresh.app.server.test_client())
        browser.client.set_cookie(COOKIE, cookie)
        return int(send(browser, "import", file=file).status_code)

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(bring, files))
    assert codes == [200, 422]
    assert store.verify_chain(id_of(fresh)) == ()
    assert [event.kind for event in store.events(id_of(fresh))].count("import") == 1


def test_only_what_this_server_signed_comes_back(
    played: Student, store: Store, settings: Settings, id_of: IdOf
) -> None:
    file = taken(played)
    fields = {"student": id_of(played), "program": "1", "model_version": "physics-1"}
    events = store.events(id_of(played))
    wrong = {
        compose(events, ["x" * 40], **fields).encode(): "signed by another server",
        file.replace(b"downlink", b"uplink__"): "Only a file that is as it was signed",
        file[: len(file) // 2]: "It was cut off",
        compose((), settings.secret_keys, **fields).encode(): "holds no event",
        b"{": "no export of a ledger",
        b"[" * 100_000: "no export of a ledger",
    }
    fresh = Student.of(played.app, played.registry)
    for content, words in wrong.items():
        answer = send(fresh, "import", file=content)
        assert (answer.status_code, words in sentence(answer)) == (422, True), sentence(answer)
    assert store.events(id_of(fresh)) == ()


# --- erasing ---------------------------------------------------------------------------------------------------------


def test_erasing_leaves_a_receipt_and_another_student(played: Student, store: Store, id_of: IdOf) -> None:
    own = id_of(played)
    last = store.events(own)[-1]
    assert sentence(send(played, "erase")) == own_data.AGREE
    assert store.events(own)
    answer = send(played, "erase", agreed="yes")
    assert answer.get_json()["go"] == f"/ledger/receipt/{last.hash}"
    assert store.events(own) == ()
    played.client.get("/")
    assert id_of(played) != own
    receipt = said(played.page(f"/ledger/receipt/{last.hash}"))
    assert last.hash in receipt
    assert "as its student asked" in receipt
    assert pseudonym(own) not in receipt
    assert played.client.get(f"/ledger/receipt/{last.hash}").status_code == 200


@pytest.mark.parametrize("address", ["x", "0" * 64, "f" * 64, "%00", "a" * 5000])
def test_a_receipt_that_there_is_not_is_said(student: Student, address: str) -> None:
    page = said(student.page(f"/ledger/receipt/{address}"))
    assert "nothing to erase" in page or "No ledger that ended with this hash" in page


def test_a_tab_that_is_still_open_elsewhere_is_told(
    played: Student, settings: Settings, store: Store, id_of: IdOf
) -> None:
    own = id_of(played)
    elsewhere = Student(played.app, played.registry, played.app.server.test_client())
    elsewhere.client.set_cookie(COOKIE, sign(own, settings.secret_keys))
    send(played, "erase", agreed="yes")
    other = elsewhere.bench("edge_guardian/paradox").predictions[0]
    answer = elsewhere.lock("edge_guardian/paradox", other)
    assert answer.status_code == 403
    assert "were erased on" in sentence(answer)
    assert store.events(own) == ()
    assert elsewhere.client.get_cookie(COOKIE) is None, "the next page gives it a new identity"


def test_a_page_of_another_student_erases_nothing(played: Student, store: Store, id_of: IdOf) -> None:
    played.headers = {"Edgelab-Student": "0" * 16}
    answer = send(played, "erase", agreed="yes")
    assert answer.status_code == 403
    assert "another identity" in sentence(answer)
    assert store.events(id_of(played))


@pytest.mark.parametrize("name", ["code", "revoke", "leave", "import", "erase", "resume"])
def test_another_site_can_do_none_of_it(played: Student, store: Store, id_of: IdOf, name: str) -> None:
    before, own = store.events(id_of(played)), id_of(played)
    played.headers = {"Sec-Fetch-Site": "cross-site"}
    assert send(played, name, agreed="yes", code="x").status_code == 403
    assert (store.events(own), id_of(played)) == (before, own)


@pytest.mark.parametrize("name", ["code", "revoke", "import", "erase"])
def test_without_an_identity_it_is_said(app: Dash, registry: Registry, name: str) -> None:
    nobody = Student(app, registry, app.server.test_client(use_cookies=False))
    answer = send(nobody, name, agreed="yes")
    assert answer.status_code == 403
    assert "sends no identity" in sentence(answer)


# --- quota -----------------------------------------------------------------------------------------------------------


def test_a_student_who_stores_too_much_is_told_when_there_is_room(
    student: Student, monkeypatch: pytest.MonkeyPatch, new_app: Callable[[], Dash], registry: Registry
) -> None:
    monkeypatch.setattr("dashboard.app.WRITES_PER_HOUR", 4)
    small = Student.of(new_app(), registry)
    first, *_ = small.bench(KEY).predictions
    small.lock_all(KEY)
    codes = [small.record(KEY, **changes).status_code for changes in ({}, {"codec": "int8"})]
    assert codes == [200, 429]
    answer = small.record(KEY, codec="int8")
    assert "within an hour" in sentence(answer)
    assert small.lock(KEY, first).status_code == 200, "what is stored already is answered"
    other = Student.of(small.app, registry)
    other.lock_all(KEY)
    assert other.record(KEY).status_code == 200, "another student has an hour of their own"


def test_the_page_says_that_the_chain_holds_and_the_header_who_it_is(played: Student, id_of: IdOf) -> None:
    page = said(played.page("/ledger/data"))
    assert "the chain of their hashes holds" in page
    for path in ("/", "/edge_guardian", f"/{KEY}", "/ledger/data"):
        assert pseudonym(id_of(played)) in said(played.page(path))


def test_ready_says_whether_the_tables_are_there(student: Student) -> None:
    answer = student.client.get("/_ready")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")
