"""A sign-on in front of the lab says who a student is; nobody else does, whatever they send."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.app import create_app
from dashboard.ledger import identity
from dashboard.ledger.migrations import upgrade
from dashboard.ledger.store import Store
from dashboard.settings import Settings
from dashboard.web.page_headers import ANOTHER_STUDENT, STUDENT
from dashboard.web.sign_on import BY_SIGN_ON, NO_NAME, NOT_SIGNED_ON, SENT_BY_OTHERS, install, student_of
from tests.http_student import Student, said
from tracks.loading.registry import Registry

KEY = "edge_guardian/downlink"
OLD, NEW = "o" * 48, "n" * 48
THROUGH = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "lab.example"}
PROXY, OUTSIDE = {"REMOTE_ADDR": "127.0.0.1"}, {"REMOTE_ADDR": "192.0.2.66"}


def settings_of(folder: Path, **more: str) -> Settings:
    """Settings of a lab behind one proxy whose sign-on sets X-Remote-User."""
    asked = {"EDGELAB_DATA_DIR": str(folder / "data"), "EDGELAB_SECRET_KEY": OLD, "EDGELAB_TRUSTED_PROXIES": "1"}
    (folder / "data").mkdir(exist_ok=True)
    return Settings.from_environment({**asked, "EDGELAB_IDENTITY_HEADER": "X-Remote-User", **more})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signed_on")


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    found = settings_of(folder)
    upgrade(found.database_url)
    return found


@pytest.fixture(scope="module")
def lab(settings: Settings, registry: Registry) -> Dash:
    """One lab for all tests, each of which has persons of its own."""
    return create_app(settings, registry)


@pytest.fixture
def ada() -> str:
    """The name of somebody whom no other test knows."""
    return f"ada{secrets.token_hex(8)}"


def person(app: Dash, registry: Registry, name: str) -> Student:
    """Return a new browser of a person."""
    client = app.server.test_client()
    client.environ_base.update(
        {**PROXY, "HTTP_X_REMOTE_USER": name, **{f"HTTP_{k.upper().replace('-', '_')}": v for k, v in THROUGH.items()}}
    )
    return Student(app, registry, client)


def test_one_person_is_one_student_in_every_browser_and_no_cookie_says_who(
    lab: Dash, registry: Registry, settings: Settings, ada: str
) -> None:
    one, again, other = (person(lab, registry, name) for name in (ada, f" {ada} ", "ben"))
    first = one.client.get("/")
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    one.lock_all(KEY)
    assert again.record(KEY).status_code == 200, "locked in the other browser"
    assert other.record(KEY).status_code == 403
    own = student_of(ada, OLD.encode())
    assert re.fullmatch("[0-9a-f]{32}", own)
    assert [event.kind for event in Store(settings.database_url).events(own)][-1] == "try"
    data = b"".join(part.read_bytes() for part in settings.data_dir.glob("ledger*"))
    assert own.encode() in data
    assert ada.encode() not in data


def test_a_new_key_in_front_leaves_everybody_who_they_are(
    folder: Path, lab: Dash, registry: Registry, ada: str
) -> None:
    person(lab, registry, ada).lock_all(KEY)
    rotated = create_app(settings_of(folder, EDGELAB_SECRET_KEY=f"{NEW},{OLD}"), registry)
    assert person(rotated, registry, ada).record(KEY).status_code == 200


@pytest.mark.parametrize(
    ("headers", "environ", "says"),
    [
        ({"X-Remote-User": "ada"}, OUTSIDE, SENT_BY_OTHERS),  # a client of its own, past the proxy
        ({"X-Remote-User": "ada", **THROUGH}, OUTSIDE, SENT_BY_OTHERS),  # which says that it came through one
        ({"X-Remote-User": "ada"}, PROXY, SENT_BY_OTHERS),  # a program on the proxy's machine, past the proxy
        ({**THROUGH}, PROXY, NOT_SIGNED_ON),
        ({"X-Remote-User": "", **THROUGH}, PROXY, NOT_SIGNED_ON),
        ({"X-Remote-User": "   ", **THROUGH}, PROXY, NOT_SIGNED_ON),
        ({"X-Remote-User": "a" * 10_240, **THROUGH}, PROXY, NO_NAME),
        ({"X-Remote-User": "ada,ben", **THROUGH}, PROXY, NO_NAME),  # two headers, as a server joins them
        ({"X-Remote-User": "ada\x1b[31m", **THROUGH}, PROXY, NO_NAME),
    ],
)
def test_what_no_sign_on_has_sent_is_nobody_and_is_refused_in_a_sentence(
    lab: Dash, registry: Registry, settings: Settings, headers: dict[str, str], environ: dict[str, str], says: str
) -> None:
    ada = person(lab, registry, "ada")
    if not Store(settings.database_url).events(student_of("ada", OLD.encode())):
        ada.lock_all(KEY)
    store = Store(settings.database_url)
    before = store.events(student_of("ada", OLD.encode()))
    client = lab.server.test_client()
    client.set_cookie(identity.COOKIE, identity.sign(student_of("ada", OLD.encode()), settings.secret_keys))
    body = ada.update_body(KEY, ada.bench(KEY).defaults())
    asked: list[Any] = [
        client.get("/", headers=headers, environ_overrides=environ),
        client.get("/ledger/handin.json", headers=headers, environ_overrides=environ),
        client.get("/_dash-layout", headers=headers, environ_overrides=environ),
        client.post("/_dash-update-component", json=body, headers=headers, environ_overrides=environ),
        client.post("/ledger/erase", data={"agreed": "yes"}, headers=headers, environ_overrides=environ),
    ]
    assert {(answer.status_code, answer.get_json()["error"]) for answer in asked} == {(403, says)}
    assert not any("Set-Cookie" in answer.headers or STUDENT in answer.headers for answer in asked)
    assert store.events(student_of("ada", OLD.encode())) == before
    visit = client.get("/", headers={**headers, "Accept": "text/html"}, environ_overrides=environ)
    assert (visit.status_code, visit.mimetype, says in visit.text) == (403, "text/html", True)
    for path in ("/_health", "/_ready"):
        assert client.get(path, environ_overrides=environ).status_code == 200, "a probe signs on nowhere"


def test_two_headers_reach_the_lab_as_one(lab: Dash, registry: Registry) -> None:
    """One of them is the client's, which a proxy that adds in place of setting lets through."""
    twice = person(lab, registry, "ben,ada")
    answer = twice.page("/")
    assert (answer.status_code, answer.get_json()["error"]) == (403, NO_NAME)


def test_a_page_of_one_person_saves_nothing_for_the_next(lab: Dash, registry: Registry, settings: Settings) -> None:
    ada, ben = (person(lab, registry, name) for name in ("ada", "ben who has nothing"))
    ben.headers = {STUDENT: ada.client.get("/_dash-layout").headers[STUDENT]}  # ada's page, after ben has signed on
    first, *_ = ben.bench(KEY).predictions
    answer = ben.lock(KEY, first)
    assert (answer.status_code, answer.get_json()["error"]) == (403, ANOTHER_STUDENT)
    assert Store(settings.database_url).events(student_of("ben who has nothing", OLD.encode())) == ()


def test_a_page_s_origin_is_that_of_the_proxy_with_its_scheme(lab: Dash, registry: Registry, ada: str) -> None:
    one = person(lab, registry, ada)
    for origin, status in (("http://lab.example", 403), ("https://lab.example", 200), ("http://localhost", 403)):
        one.headers = {"Origin": origin}
        assert one.page("/privacy").status_code == status, origin


def test_the_pages_offer_no_other_identity(lab: Dash, registry: Registry) -> None:
    ada = person(lab, registry, "ada")
    page = said(ada.page("/ledger/data"))
    assert "Your sign-on makes you" in page
    for words in ("Start as another student", "resume code", "In this browser you are"):
        assert words not in page
    assert "Erase my data" in page
    assert "data-signed-on" in page
    privacy = said(ada.page("/privacy"))
    assert "from the name of your sign-on" in privacy
    assert "signed cookie" not in privacy
    for name in ("code", "resume", "leave"):
        answer = ada.client.post(f"/ledger/{name}", data={"agreed": "yes", "code": "x"})
        assert (answer.status_code, answer.get_json()["error"]) == (403, BY_SIGN_ON)


def test_who_was_erased_is_told_that_the_sign_on_stays(lab: Dash, registry: Registry, ada: str) -> None:
    erased = person(lab, registry, ada)
    erased.lock_all(KEY)
    assert erased.client.post("/ledger/erase", data={"agreed": "yes"}).status_code == 200
    first, *_ = erased.bench(KEY).predictions
    answer = erased.lock(KEY, first)
    assert answer.status_code == 403
    assert "ask whoever runs the lab" in answer.get_json()["error"]


@pytest.mark.parametrize(
    ("allowed", "peer", "may"),
    [
        ("", "127.0.0.9", True),
        ("", "::1", True),
        ("", "", True),  # a unix socket
        ("", "10.0.0.5", False),
        ("", "not an address", False),
        ("10.0.0.0/28 2001:db8::7", "10.0.0.5", True),
        ("10.0.0.0/28 2001:db8::7", "::ffff:10.0.0.5", True),  # as a socket for both kinds has it
        ("10.0.0.0/28 2001:db8::7", "2001:db8::7", True),
        ("10.0.0.0/28 2001:db8::7", "10.0.0.77", False),
        ("10.0.0.0/28 2001:db8::7", "127.0.0.1", False),
    ],
)
def test_only_the_proxies_that_are_named_may_name_a_student(folder: Path, allowed: str, peer: str, may: bool) -> None:
    client = small(settings_of(folder, EDGELAB_IDENTITY_FROM=allowed)).test_client()
    headers = {"X-Remote-User": "ada", **THROUGH}
    answer = client.get("/", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    assert answer.status_code == (200 if may else 403)


def test_a_chain_of_proxies_has_to_be_whole(folder: Path) -> None:
    """One hop in place of two: the request came past the one that signs on."""
    client = small(settings_of(folder, EDGELAB_TRUSTED_PROXIES="2")).test_client()
    for hops, status in (("192.0.2.7", 403), ("192.0.2.7, ", 403), ("192.0.2.7, 10.0.0.1", 200)):
        answer = client.get("/", headers={"X-Remote-User": "ada", "X-Forwarded-For": hops}, environ_overrides=PROXY)
        assert answer.status_code == status, hops


def small(settings: Settings) -> Flask:
    """Return a server that has a page and the sign-on, behind as many proxies as the settings say."""
    server = Flask("small", static_folder=None)
    server.add_url_rule("/", "home", lambda: "<p>")
    identity.install(server, settings)
    hops = settings.trusted_proxies
    server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    install(server, settings)
    return server
