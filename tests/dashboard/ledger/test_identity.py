"""A page gives one identity to a browser, and nothing else gives any."""

import time
from collections.abc import Callable
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, redirect
from itsdangerous import TimestampSigner
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.ledger.identity import (
    COOKIE,
    COOKIE_AGE_S,
    HOST_COOKIE,
    current_student,
    give,
    install,
    read,
    sign,
    take_away,
)
from dashboard.settings import Settings

OLD, NEW = "o" * 32, "n" * 32
STUDENT = "0123456789abcdef" * 2
SIGNED = sign(STUDENT, [NEW])
DAY_S = 86_400


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the signing clock so many seconds from now."""

    def set_clock(offset_s: float) -> None:
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(time.time() + offset_s))

    return set_clock


@pytest.fixture
def lab_settings(tmp_path: Path) -> Settings:
    return replace(
        Settings.from_environment({"EDGELAB_DATA_DIR": str(tmp_path)}), secret_keys=(NEW, OLD), url_prefix="/lab/"
    )


@pytest.fixture
def server(lab_settings: Settings) -> Flask:
    server = Flask("lab", static_folder=None)
    install(server, lab_settings)

    @server.get("/lab/_dash-layout")
    def layout() -> Response:
        return jsonify(student=current_student())

    @server.post("/lab/_dash-update-component")
    def callback() -> Response:
        return jsonify(student=current_student())

    @server.get("/lab/_dash-odd")
    @server.get("/lab/assets/page.html")
    def machine_html() -> str:
        return "<p>"

    @server.get("/lab/assets/app.css")
    def asset() -> Response:
        return Response("p {}", mimetype="text/css")

    @server.get("/lab/moved")
    def moved() -> Any:
        return redirect("/lab/")

    @server.get("/lab/broken")
    def broken() -> tuple[str, int]:
        return "<p>", 500

    @server.route("/lab/", defaults={"path": ""}, methods=["GET", "POST"])
    @server.get("/lab/<path:path>")
    def page(path: str) -> tuple[str, int]:
        return "<p>", 404 if path == "nowhere" else 200

    return server


def cookie_of(response: Any) -> Any:
    """Return the identity that a response sets, or None."""
    (*_, header) = (None, *response.headers.getlist("Set-Cookie"))
    return SimpleCookie(header)[COOKIE] if header else None


@pytest.mark.parametrize("path", ["/lab/", "/lab/edge_guardian/paradox", "/lab/nowhere"])
def test_a_first_page_gives_an_identity(server: Flask, path: str) -> None:
    client = server.test_client()
    first = client.get(path)
    cookie = cookie_of(first)
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Lax", "/lab/", str(COOKIE_AGE_S))
    assert not cookie["secure"]  # this request came over http, on one machine
    student = read(cookie.value, [NEW])
    assert student
    assert first.headers["Cache-Control"] == "no-store"  # a shared cache must not hand it to a second student
    again = client.get(path)
    assert cookie_of(again) is None
    assert client.post("/lab/_dash-update-component").json == {"student": student}


def test_a_prefix_that_the_proxy_takes_off_counts(lab_settings: Settings) -> None:
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/", "home", lambda: "<p>")
    bare.add_url_rule("/<path:path>", "page", lambda path: path)
    install(bare, lab_settings)
    for path, expected in (("/", True), ("/edge_guardian", True), ("/_dash-x", False), ("/favicon.ico", False)):
        found = cookie_of(bare.test_client().get(path, environ_overrides={"SCRIPT_NAME": "/lab"}))
        assert (found is not None) == expected


def test_a_lab_that_others_may_frame_gives_a_cookie_that_their_frames_keep(lab_settings: Settings) -> None:
    """Over HTTPS alone: without it a browser takes no such cookie, and would take none at all."""
    framed = Flask("framed", static_folder=None)
    framed.add_url_rule("/lab/", "home", lambda: "<p>")
    install(framed, replace(lab_settings, frame_ancestors=("'self'", "https://moodle.example.edu")))
    there = framed.test_client().get("/lab/", base_url="https://localhost").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(there.split("; "))
    plain = framed.test_client().get("/lab/").headers["Set-Cookie"]
    assert "SameSite=Lax" in plain
    assert "Partitioned" not in plain


def test_the_cookie_is_secure_behind_a_proxy_that_speaks_tls(server: Flask) -> None:
    server.wsgi_app = ProxyFix(server.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    assert cookie_of(server.test_client().get("/lab/", headers={"X-Forwarded-Proto": "https"}))["secure"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/lab/_dash-update-component"),
        ("GET", "/lab/_dash-layout"),
        ("GET", "/lab/_dash-odd"),
        ("GET", "/lab/assets/app.css"),
        ("GET", "/lab/assets/page.html"),
        ("GET", "/lab/moved"),
        ("GET", "/lab/broken"),
        ("POST", "/lab/"),
        ("HEAD", "/lab/"),
        ("GET", "/elsewhere"),  # outside the prefix, where the browser does not show the cookie it has
        ("GET", "/lab"),
        ("GET", "/lab/favicon.ico"),
    ],
)
def test_nothing_but_a_page_gives_an_identity(server: Flask, method: str, path: str) -> None:
    response = server.test_client().open(path, method=method)
    assert cookie_of(response) is None
    if response.is_json:
        assert response.json == {"student": None}


def test_a_forged_cookie_is_nobody_and_the_next_page_replaces_it(server: Flask) -> None:
    client = server.test_client()
    client.set_cookie(COOKIE, f"{'f' * 32}{SIGNED[32:]}", path="/lab/")
    assert client.post("/lab/_dash-update-component").json == {"student": None}
    student = read(cookie_of(client.get("/lab/")).value, [NEW])
    assert student not in (None, "f" * 32, STUDENT)


def test_pages_that_open_at_once_leave_one_identity(server: Flask) -> None:
    browser = server.test_client()
    answers = [cookie_of(server.test_client().get("/lab/")).value for _ in range(2)]  # neither had a cookie yet
    for value in answers:
        browser.set_cookie(COOKIE, value, path="/lab/")
    for _ in range(3):
        assert browser.post("/lab/_dash-update-component").json == {"student": read(answers[1], [NEW])}
        assert cookie_of(browser.get("/lab/")) is None


def test_two_browsers_are_two_students(server: Flask) -> None:
    clients = [server.test_client() for _ in range(2)]
    for client in clients:
        client.get("/lab/")
    first, second = (client.post("/lab/_dash-update-component").json["student"] for client in clients)
    assert first
    assert second
    assert first != second


@pytest.mark.parametrize(("signed_with", "days_ago", "renewed"), [(NEW, 1, False), (NEW, 40, True), (OLD, 1, True)])
def test_an_old_cookie_is_renewed_for_the_same_student(
    server: Flask, at: Callable[[float], None], signed_with: str, days_ago: int, renewed: bool
) -> None:
    at(-days_ago * DAY_S)
    client = server.test_client()
    client.set_cookie(COOKIE, sign(STUDENT, [signed_with]), path="/lab/")
    at(0)
    cookie = cookie_of(client.get("/lab/"))
    assert (cookie is not None) == renewed
    if cookie is not None:
        assert read(cookie.value, [NEW]) == STUDENT


def test_a_stranger_s_cookie_of_the_same_name_does_not_hide_the_student(server: Flask) -> None:
    headers = {"Cookie": f"{COOKIE}=forged; {COOKIE}={SIGNED}"}  # another application on the host may set one
    assert server.test_client(use_cookies=False).get("/lab/_dash-layout", headers=headers).json == {"student": STUDENT}


def test_two_labs_in_one_process_share_no_key(lab_settings: Settings) -> None:
    first, second = Flask("one", static_folder=None), Flask("two", static_folder=None)
    install(first, lab_settings)
    install(second, replace(lab_settings, secret_keys=("x" * 32,)))
    for server, student in ((first, STUDENT), (second, None)):
        with server.test_request_context("/lab/", headers={"Cookie": f"{COOKIE}={SIGNED}"}):
            assert current_student() == student


# --- the name of the cookie ------------------------------------------------------------------------------------------

TLS = "https://localhost"


@pytest.fixture
def at_root(lab_settings: Settings) -> Flask:
    """A lab at the root of a host, which a form can leave and enter as another."""
    server = Flask("root", static_folder=None)
    install(server, replace(lab_settings, url_prefix="/"))
    server.add_url_rule("/", "home", lambda: "<p>")
    server.add_url_rule("/_who", "who", lambda: jsonify(student=current_student()))

    @server.post("/enter/<student>")
    def enter(student: str) -> Response:
        response: Response = jsonify()
        give(response, student)
        return response

    @server.post("/leave")
    def leave() -> Response:
        response = jsonify()
        take_away(response)
        return response

    return server


def cookies_of(response: Any) -> dict[str, Any]:
    """Return what a response sets, by name."""
    return {name: part for text in response.headers.getlist("Set-Cookie") for name, part in SimpleCookie(text).items()}


def test_over_tls_at_the_root_the_cookie_belongs_to_this_host_alone(at_root: Flask) -> None:
    """What a browser asks of such a name (RFC 6265bis, 4.1.3.2): Secure, a path of /, and no domain."""
    ((name, cookie),) = cookies_of(at_root.test_client().get("/", base_url=TLS)).items()
    assert (name, cookie["path"], cookie["secure"], cookie["domain"]) == (HOST_COOKIE, "/", True, "")
    assert name.startswith("__Host-")
    ((plain, _),) = cookies_of(at_root.test_client().get("/")).items()
    assert plain == COOKIE, "a browser refuses the other over plain HTTP"


def test_under_a_path_the_cookie_keeps_its_plain_name(server: Flask) -> None:
    ((name, cookie),) = cookies_of(server.test_client().get("/lab/", base_url=TLS)).items()
    assert (name, cookie["path"], cookie["secure"]) == (COOKIE, "/lab/", True)


def test_who_comes_with_the_old_name_stays_and_is_moved(at_root: Flask) -> None:
    client = at_root.test_client()
    client.set_cookie(COOKIE, SIGNED)
    assert client.get("/_who", base_url=TLS).json == {"student": STUDENT}
    moved = cookies_of(client.get("/", base_url=TLS))
    assert read(moved[HOST_COOKIE].value, [NEW], name=HOST_COOKIE) == STUDENT
    assert moved[COOKIE]["max-age"] == "0"
    assert client.get_cookie(COOKIE) is None
    assert client.get("/_who", base_url=TLS).json == {"student": STUDENT}
    assert cookies_of(client.get("/", base_url=TLS)) == {}, "once"


def test_a_cookie_that_a_neighbour_plants_hides_nobody(at_root: Flask) -> None:
    """A page of a sister host may set the plain name for the whole domain, the other only this host."""
    client = at_root.test_client()
    client.get("/", base_url=TLS)
    own = client.get("/_who", base_url=TLS).json
    client.set_cookie(COOKIE, SIGNED)
    assert client.get("/_who", base_url=TLS).json == own
    assert own != {"student": STUDENT}


def test_a_value_of_one_name_opens_nothing_under_the_other(at_root: Flask) -> None:
    assert read(SIGNED, [NEW], name=HOST_COOKIE) is None
    for name, other in ((COOKIE, HOST_COOKIE), (HOST_COOKIE, COOKIE)):
        client = at_root.test_client()
        client.set_cookie(other, sign(STUDENT, [NEW], name=name))
        assert client.get("/_who", base_url=TLS).json == {"student": None}


@pytest.mark.parametrize("base_url", [TLS, "http://localhost"])
def test_who_enters_as_another_has_a_fresh_value_and_the_planted_one_opens_nothing_of_theirs(
    at_root: Flask, at: Callable[[float], None], base_url: str
) -> None:
    """Session fixation: somebody plants their own cookie, and waits for the victim to enter a resume code."""
    at(-60)
    planted = at_root.test_client()
    planted.get("/", base_url=base_url)
    name = HOST_COOKIE if base_url == TLS else COOKIE
    value = planted.get_cookie(name).value
    victim = at_root.test_client()
    victim.set_cookie(name, value)
    at(0)
    victim.post(f"/enter/{STUDENT}", base_url=base_url)
    fresh = victim.get_cookie(name).value
    assert fresh != value
    assert victim.get("/_who", base_url=base_url).json == {"student": STUDENT}
    assert planted.get("/_who", base_url=base_url).json != {"student": STUDENT}
    assert read(value, [NEW], name=name) != STUDENT


def test_who_leaves_leaves_under_both_names(at_root: Flask) -> None:
    client = at_root.test_client()
    client.get("/", base_url=TLS)
    client.set_cookie(COOKIE, SIGNED)
    client.post("/leave", base_url=TLS)
    assert client.get("/_who", base_url=TLS).json == {"student": None}
    assert (client.get_cookie(COOKIE), client.get_cookie(HOST_COOKIE)) == (None, None)
