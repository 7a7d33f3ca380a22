"""What a page loads: from here and nowhere else, by URLs that change with the content."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from dashboard import app as application
from dashboard.app import ASSETS, index_page
from dashboard.web.static_files import UPDATED, YEAR, StaticFiles, install
from tests.http_student import Student

TEXTS = ("*.css", "*.js", "*.svg", "*.html")
BUNDLE = "vendor/plotly-*.min.js"
HOST = re.compile(r"(?:https?:|wss?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
SCRIPT = b"// gate " * 50
NAMESPACES = "http://www.w3.org"
# What only opens when a student asks for it, or is a comment: none is fetched by the page itself.
IN_PLOTLY = ("plotly.com", "cloud.plotly.com", "cdn.plot.ly", "github.com", "syntheti.cc", "getify.mit-license.org")


def folder(place: Path, **files: str) -> Path:
    (place / "vendor").mkdir(parents=True)
    (place / "vendor" / "plotly-basic-1.min.js").write_text("plotly")
    (place / "bundle").mkdir()
    (place / "bundle" / "edgelab-0123456789ab.js").write_text("bundle")
    for name, text in files.items():
        (place / f"{name}.js").write_text(text)
    return place


def fetched(client: FlaskClient, path: str, encoding: str = "identity") -> tuple[int, Headers, bytes]:
    """Status, headers and body; the file behind them is closed."""
    with client.get(path, headers={"Accept-Encoding": encoding}) as answer:
        return answer.status_code, answer.headers, answer.data


class TestUrls:
    def test_the_fingerprint_changes_with_the_content_and_only_with_it(self, tmp_path: Path) -> None:
        one, same, other = (
            StaticFiles(folder(tmp_path / str(n), gate=text), prefix="/") for n, text in enumerate(("a", "a", "b"))
        )
        assert one.url("gate.js") == same.url("gate.js") != other.url("gate.js")
        assert re.fullmatch(r"/assets/gate\.js\?v=[0-9a-f]{12}", one.url("gate.js"))

    def test_content_is_never_given_under_the_fingerprint_of_other_content(self, tmp_path: Path) -> None:  # N17
        """Two hosts of two versions side by side: a proxy asks the other one for what is not found here."""
        files = StaticFiles(folder(tmp_path, gate="a"), prefix="/lab/")
        server = Flask("two versions", static_folder=None)
        install(server, files)
        client = server.test_client()
        assert fetched(client, files.url("gate.js"))[0] == 200
        assert fetched(client, "/lab/assets/gate.js")[0] == 200
        code, headers, _ = fetched(client, "/lab/assets/gate.js?v=0123456789ab")
        assert (code, headers["Cache-Control"]) == (404, "no-store")
        for other in (
            "/lab/assets/../gate.js?v=0123456789ab",
            "/lab/assets/none.js?v=0123456789ab",
            "/lab/assets/%00?v=0123456789ab",
        ):
            assert fetched(client, other)[0] == 404

    def test_the_prefix_stands_in_front(self, tmp_path: Path) -> None:  # N16
        files = StaticFiles(folder(tmp_path, gate="a"), prefix="/course/lab/")
        assert files.url("gate.js").startswith("/course/lab/assets/gate.js?v=")
        assert files.plain_url("x.woff2") == "/course/lab/assets/x.woff2"

    def test_an_asset_that_is_missing_stops_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            StaticFiles(folder(tmp_path), prefix="/").url("gate.js")

    def test_a_name_with_a_hash_needs_no_fingerprint(self, tmp_path: Path) -> None:
        files = StaticFiles(folder(tmp_path), prefix="/lab/")
        assert files.url(files.bundle) == "/lab/assets/bundle/edgelab-0123456789ab.js"

    def test_two_bundles_or_none_stop_the_start(self, tmp_path: Path) -> None:
        place = folder(tmp_path)
        (place / "bundle" / "edgelab-ba9876543210.js").write_text("older")
        with pytest.raises(FileNotFoundError, match=r"one bundle/edgelab-\*\.js and holds .*0123456789ab.*ba98765"):
            StaticFiles(place, prefix="/")
        for bundle in (place / "bundle").iterdir():
            bundle.unlink()
        with pytest.raises(FileNotFoundError, match="holds none"):
            StaticFiles(place, prefix="/")


class TestTheRealAssets:
    def test_every_style_and_script_of_the_page_exists(self) -> None:
        names = (*application._STYLES, "boot.js", "icon.svg")
        assert [name for name in names if not (ASSETS / name).is_file()] == []

    def test_every_own_style_and_script_is_on_the_page(self) -> None:
        page = index_page(StaticFiles(ASSETS, prefix="/"))
        own = [path.relative_to(ASSETS) for kind in ("css", "bundle") for path in (ASSETS / kind).glob("*.*")]
        left_out = [name.as_posix() for name in own if f"/assets/{name.as_posix()}" not in page]
        assert left_out == ["css/handin.css"]  # it is written into the file that is handed in

    def test_scripts_are_classic_and_the_bundle_comes_before_dashs(self, student: Student) -> None:
        """Dash's renderer calls the bundle as it starts: a module, or async or defer, would come too late."""
        page = student.client.get("/").get_data(as_text=True)
        scripts = re.findall(r"<script([^>]*)>", page)
        assert [tag for tag in scripts if re.search(r"\b(async|defer|type=.module)", tag)] == []
        sources = [found.group(1) for tag in scripts if (found := re.search(r'src="([^"]+)"', tag))]
        order = ["/boot.js", "/plotly-basic-", "/bundle/edgelab-", "dash_renderer"]
        assert [part for source in sources for part in order if part in source] == order
        assert page.index("/boot.js") < page.index("<body>")

    def test_the_compressed_twins_are_the_bundle(self) -> None:
        (bundle,) = ASSETS.glob(BUNDLE)
        for kind, read in (("gz", gzip.decompress), ("br", brotli.decompress)):
            twin = bundle.with_name(f"{bundle.name}.{kind}")
            assert read(twin.read_bytes()) == bundle.read_bytes()
            assert twin.stat().st_size < bundle.stat().st_size / 2

    def test_what_a_style_sheet_points_at_lies_beside_it(self) -> None:
        missing = []
        for sheet in ASSETS.rglob("*.css"):
            for target in re.findall(r"url\((?!['\"]?(?:data:|#))['\"]?([^'\")]+)", sheet.read_text()):
                if not (sheet.parent / target.split("?")[0]).is_file():
                    missing.append((sheet.name, target))
        assert missing == []


class TestNothingComesFromAnotherHost:  # N14
    def test_no_style_script_or_picture_names_one(self) -> None:
        named = {}
        for path in (path for pattern in TEXTS for path in ASSETS.rglob(pattern)):
            text = (
                re.sub(r"/\*!.*?\*/", "", path.read_text(), flags=re.DOTALL)
                if path.suffix == ".css"
                else path.read_text()
            )
            hosts = {host for host in HOST.findall(text) if not host.startswith(NAMESPACES)}
            if path.match(BUNDLE):
                hosts = {host for host in hosts if not host.lower().endswith(IN_PLOTLY)}
            if hosts:
                named[path.name] = hosts
        assert named == {}

    def test_the_scan_would_see_one(self) -> None:
        for bad in (
            "@import 'https://fonts.example.com/a.css'",
            "src: url(//cdn.example.org/a.woff2)",
            'fetch("wss://a.b.c")',
        ):
            assert HOST.search(bad)
        assert not HOST.search("// a comment.js of ours")

    def test_every_file_of_the_page_comes_from_here_and_comes(self, student: Student) -> None:
        page = student.client.get("/").get_data(as_text=True)
        links = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(links) > 15
        assert [link for link in links if not re.match(r"/(?!/)", link)] == []
        assert [link for link in links if fetched(student.client, link)[0] != 200] == []

    def test_a_page_names_another_host_only_in_the_link_of_a_source(self, student: Student) -> None:
        """A link loads nothing by itself; nothing else on a page may name another host."""
        tracks = student.registry.tracks
        for path in ("/", "/designer", *(f"/{track}" for track in tracks)):
            links = list(_links(student.page(path).get_json()))
            track = tracks.get(path[1:])
            known = {track.source(name).link for name in track.constants()} - {""} if track else set()
            known |= {paper.link for paper, _ in track.reading} if track else set()
            assert {props["href"] for props in links} == known, path
            assert {(props["target"], props["rel"]) for props in links} <= {("_blank", "noreferrer")}


def _links(part: Any) -> Iterator[dict[str, str]]:
    """Every set of properties in a page's answer that names another host as an address of its own."""
    if isinstance(part, dict):
        if any(isinstance(value, str) and re.match(r"([a-z]+:)?//", value) for value in part.values()):
            yield part
        for value in part.values():
            yield from _links(value)
    elif isinstance(part, list):
        for item in part:
            yield from _links(item)


class TestServing:
    @pytest.fixture
    def server(self, tmp_path: Path) -> Flask:
        place = folder(tmp_path, gate=SCRIPT.decode())
        (place / "gate.js.gz").write_bytes(gzip.compress(SCRIPT))
        server = Flask("test", static_folder=None)
        install(server, StaticFiles(place, prefix="/lab/"))
        return server

    def test_the_twin_is_sent_to_whoever_takes_it(self, server: Flask) -> None:
        client = server.test_client()
        _, headers, packed = fetched(client, "/lab/assets/gate.js", "gzip")
        _, _, plain = fetched(client, "/lab/assets/gate.js", "identity")
        assert headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == plain == SCRIPT

    def test_it_is_kept_for_a_year(self, server: Flask) -> None:
        _, headers, _ = fetched(server.test_client(), "/lab/assets/gate.js")
        assert f"max-age={YEAR}" in headers["Cache-Control"]

    def test_what_has_its_hash_in_its_name_is_never_asked_for_again(self, server: Flask) -> None:
        client = server.test_client()
        assert "immutable" in fetched(client, "/lab/assets/bundle/edgelab-0123456789ab.js")[1]["Cache-Control"]
        assert "immutable" not in fetched(client, "/lab/assets/gate.js")[1]["Cache-Control"]

    @pytest.mark.parametrize(
        "path", ["/lab/assets/../secret", "/lab/assets/%2e%2e/secret", "/assets/gate.js", "/lab/assets/"]
    )
    def test_nothing_outside_the_folder_is_served(self, server: Flask, tmp_path: Path, path: str) -> None:
        (tmp_path.parent / "secret").write_text("secret")
        assert fetched(server.test_client(), path)[0] == 404


def test_a_file_that_an_update_in_place_took_away_is_a_sentence(tmp_path: Path) -> None:
    """A process that runs on serves pages that name the scripts of its start; the files are those of the update."""
    for name in ("vendor/plotly-1.min.js", "bundle/edgelab-0123456789ab.js"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1")
    files, server = StaticFiles(tmp_path, prefix="/"), Flask("small")
    install(server, files)
    client = server.test_client()
    with client.get(f"/assets/{files.bundle}") as answer:
        assert answer.data == b"1"
    assert files.are_current()
    (tmp_path / files.bundle).rename(tmp_path / "bundle/edgelab-ba9876543210.js")
    assert not files.are_current()
    answer = client.get(f"/assets/{files.bundle}")
    assert (answer.status_code, answer.get_data(as_text=True)) == (503, UPDATED)
