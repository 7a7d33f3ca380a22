"""Where everything meets: settings, registry, ledger, pages and callbacks become one Dash app."""

from __future__ import annotations

import contextlib
import gc
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dash
from flask import Flask, Response, jsonify, request
from limits.storage import Storage
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.callbacks import (
    agreement,
    bench,
    hints,
    kept_answers,
    ledger,
    navigation,
    prediction,
    reflection,
    run_view,
    script,
    second_opinion,
    table_csv,
    tries,
)
from dashboard.callbacks.kept_answers import KeptAnswers
from dashboard.callbacks.records import handin, own_data, verification
from dashboard.lab import MODEL_VERSION, WRITES_PER_HOUR, Lab, failed_plugin
from dashboard.layouts.shell import shell
from dashboard.ledger import identity
from dashboard.ledger.database import NOT_READY, LedgerUnavailable
from dashboard.ledger.erasure import StudentErased
from dashboard.ledger.store import QuotaMet, Store
from dashboard.second_opinions.service import SecondOpinions
from dashboard.settings import Settings
from dashboard.web import (
    compression,
    instrumentation,
    page_headers,
    rate_limits,
    request_checks,
    security_headers,
    sign_on,
    static_files,
    url_prefix,
)
from dashboard.web.logs import log_request
from dashboard.web.metrics import Metrics, Now
from dashboard.web.metrics import install as install_metrics
from dashboard.web.rate_limits import RateLimits
from dashboard.web.request_checks import RequestRefused
from physics.federation.engines.compiled import compiled_updates
from tracks.commands.keeping import ANSWERS
from tracks.commands.terminal import version
from tracks.common.cache import open_folder, share_results
from tracks.loading.discovery import PluginFailed
from tracks.loading.registry import Registry, load_registry

LAB = "edgelab"  # under which a server of Flask has its lab, for what is put on top of it
ASSETS = Path(__file__).with_name("assets")

_INDEX = """<!DOCTYPE html>
<html lang="en" data-lab="{prefix}">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<title>{%title%}</title>
<link rel="icon" href="{icon}">
<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>
<script src="{boot}"></script>
{styles}
{%css%}
</head>
<body>
<noscript>{noscript}</noscript>
{%app_entry%}
<footer>{%config%}
{scripts}
{%scripts%}{%renderer%}</footer>
</body>
</html>"""

_WITHOUT_SCRIPTS = """<main class="page"><h1>edgelab needs JavaScript</h1>
<p class="lead">The lab computes its figures while you move its controls, and for that it needs the scripts of this
server; it loads none from elsewhere. Allow JavaScript for this address in your browser, then load the page again.</p>
</main>"""

_STYLES = (
    "vendor/bootstrap.min.css",
    "vendor/font.css",
    "vendor/icons.css",
    "css/tokens.css",
    "css/shell.css",
    "css/bench.css",
    "css/acts.css",
    "css/controls.css",
    "css/pages.css",
    "css/records.css",
    "css/ledger.css",
    "css/access.css",
)


def index_page(files: static_files.StaticFiles) -> str:
    """Return the page around the app, every file by a URL that changes with its content.

    The bundle is a classic script before Dash's: the renderer calls it as soon as it starts, and a browser runs such
    scripts in their order however late one arrives.
    """
    styles = "\n".join(f'<link rel="stylesheet" href="{files.url(name)}">' for name in _STYLES)
    scripts = "\n".join(f'<script src="{files.url(name)}"></script>' for name in (files.plotly, files.bundle))
    page = _INDEX
    for name, value in {
        "{prefix}": files.prefix,
        "{noscript}": _WITHOUT_SCRIPTS,
        "{icon}": files.url("icon.svg"),
        "{font}": files.plain_url("vendor/source-sans-3-latin-wght-normal.woff2"),
        "{boot}": files.url("boot.js"),
        "{styles}": styles,
        "{scripts}": scripts,
    }.items():
        page = page.replace(name, value)
    return page


def _alone() -> str:
    return "ok"


class _Server(Flask):
    """Flask, which does not look into each of its functions at every request whether it is asynchronous: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def create_app(
    settings: Settings | None = None,
    registry: Registry | None = None,
    limits: Storage | None = None,
    answers: KeptAnswers | None = None,
    hosts: Callable[[], str] = _alone,
) -> dash.Dash:
    """Return a complete app; two apps in one process share nothing.

    Without a registry it is loaded, and what it computes is kept where the settings say. ``limits`` is where requests
    are counted, ``answers`` where a slider's answers are kept; without them neither is done. ``hosts``
    says in what other hosts of the lab differ.

    Raises:
        SettingsError: an environment variable cannot work, or the course names what is not there. SpecError: a built-in
            track or bench does not load.
    """
    settings = settings or Settings.from_environment()
    if registry is None:
        open_folder(settings.results_dir, settings.results_bytes)
        if settings.results_bytes > 0:
            share_results(settings.cache_store, settings.secret_keys)
        registry = load_registry(folder=settings.tracks_dir)
    metrics = Metrics()
    lab = Lab(
        settings=settings,
        loaded=registry,
        store=Store(settings.database_url, per_hour=WRITES_PER_HOUR, written=metrics.count_write),
        second_opinions=SecondOpinions(
            settings.cache_dir,
            settings.secret_keys,
            limit_s=settings.opinion_seconds,
            tracks_dir=settings.tracks_dir,
            broker_url=settings.broker_url,
        ),
        limits=RateLimits(limits, key=settings.secret_keys[0]),
    )
    server = _Server("dashboard", static_folder=None)
    files = static_files.StaticFiles(ASSETS, prefix=settings.url_prefix)
    app = dash.Dash(
        "edgelab",
        server=server,
        title="edgelab",
        update_title="",
        url_base_pathname=settings.url_prefix,
        assets_folder=str(ASSETS),
        include_assets_files=False,
        index_string=index_page(files),
        suppress_callback_exceptions=True,
        enable_mcp=False,
        add_log_handler=False,
    )
    app.layout = shell()
    for part in (
        navigation,
        ledger,
        bench,
        prediction,
        tries,
        reflection,
        hints,
        second_opinion,
        agreement,
        script,
        run_view,
        table_csv,
    ):
        part.register(app, lab)
    for addresses in (handin, own_data, verification):
        addresses.register(app, lab)
    server.extensions[LAB] = lab
    lab.in_flight.install(server)
    identity.install(server, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    sign_on.install(server, settings)
    page_headers.install(server, prefix=settings.url_prefix)
    request_checks.install(app, is_current=files.are_current)
    rate_limits.install(server, lab.limits, prefix=settings.url_prefix)
    _machine_pages(server, lab, hosts)
    _measure(server, lab, metrics)
    if answers is not None:
        kept_answers.install(app, lab, answers)
    security_headers.install(app, frame_ancestors=settings.frame_ancestors)
    compression.install(server)
    static_files.install(server, files)
    url_prefix.install(server, prefix=settings.url_prefix)
    instrumentation.install(
        server,
        prefix=settings.url_prefix,
        are_ids_trusted=settings.trusted_proxies > 0,
        done=(metrics.count_request, log_request),
    )
    _set_up(server, settings)
    compiled_updates()  # now, and in the process that forks the workers, not while the first student waits
    return app


def served_app(settings: Settings, registry: Registry | None = None, hosts: Callable[[], str] = _alone) -> dash.Dash:
    """Return a complete app for a process that does nothing but serve it.

    Requests are counted against their limits. Answers to sliders are kept, and files are sent compressed, both from
    folders within that of the computed results, unless none may be kept.

    What exists by now lives as long as the process, and garbage collection leaves it alone from here on. Each full
    collection looked at its 260,000 objects within some student's request, which took 150 ms longer for it.

    Raises:
        SettingsError, SpecError: as ``create_app``.
    """
    answers = None
    if settings.results_bytes > 0:
        answers = KeptAnswers(settings.results_dir / ANSWERS, settings.results_bytes // kept_answers.SHARE)
    app = create_app(settings, registry, rate_limits.open_store(settings), answers, hosts)
    if settings.results_bytes > 0:
        folder = compression.keep_compressed(compression.page_files(app, ASSETS), settings.results_dir / "files")
        if folder is not None:
            static_files.serve_compressed(app.server, folder, prefix=settings.url_prefix)
    gc.collect()
    gc.freeze()
    return app


def _set_up(server: Flask, settings: Settings) -> None:
    """Run what Dash does before its first request, so that no request meets an app that is set up in part.

    Dash collects its scripts and its list of callbacks before the first request, while other threads already serve
    the ones beside it: those got a 404 for a script, or a list without the last callbacks, and their page stayed at
    "Loading..." for good. No request is answered here: no cookie is given, and the ledger is not asked.
    """
    address = f"{settings.url_prefix}_dash-layout"
    with server.test_request_context(address), contextlib.suppress(RequestRefused):  # where a sign-on is asked for
        server.preprocess_request()


def _measure(server: Flask, lab: Lab, metrics: Metrics) -> None:
    """Answer ``/_metrics``."""
    plugins = Counter("left_out" if one.reason else "used" for one in lab.loaded.found)
    now = Now(
        metrics,
        info={"version": version(), "model": MODEL_VERSION},
        lengths=lab.second_opinions.lengths,
        plugins={state: plugins[state] for state in ("used", "left_out")},
    )
    install_metrics(server, metrics, now, prefix=lab.settings.url_prefix, token=lab.settings.metrics_token)


def _machine_pages(server: Flask, lab: Lab, hosts: Callable[[], str]) -> None:
    settings, prefix = lab.settings, lab.settings.url_prefix

    left_out = sum(bool(one.reason) for one in lab.loaded.found)
    plugins = f"{left_out} left out; edgelab tracks list says which and why." if left_out else "ok"

    @server.get(f"{prefix}_health")
    def health() -> Response:
        """Say that the process answers; asks nothing of the database."""
        return jsonify(status="ok", tracks=len(lab.registry.tracks))

    @server.get(f"{prefix}_ready")
    def ready() -> tuple[Response, int]:
        """Say how database, migration, plugins and hosts are; a proxy sends students here while the first two are well.

        A plugin that was left out, or another host that differs, stops nothing else.
        """
        database = migration = "ok"
        try:
            if not lab.store.is_current():
                migration = NOT_READY
        except LedgerUnavailable as problem:
            database, migration = str(problem), "not known"
            instrumentation.is_refused("ledger", problem.reason)
        is_well = database == migration == "ok"
        status = "ok" if is_well else migration if database == "ok" else database
        parts = {"database": database, "migration": migration, "plugins": plugins, "hosts": hosts()}
        return jsonify(status=status, **parts), 200 if is_well else 503

    @server.errorhandler(QuotaMet)
    def full_quota(problem: QuotaMet) -> tuple[Response, int, dict[str, str]]:
        """Say when there is room again; the page keeps what was entered and sends it then."""
        instrumentation.is_refused("quota")
        return jsonify(error=str(problem)), 429, {"Retry-After": str(math.ceil(problem.wait_s))}

    @server.errorhandler(PluginFailed)
    def silent_plugin(problem: PluginFailed) -> tuple[Response, int]:
        """Say that one bench does not answer; the log has the reason."""
        instrumentation.is_refused("plugin", str(problem))
        return jsonify(error=failed_plugin(problem)), 422

    @server.errorhandler(StudentErased)
    def erased(problem: StudentErased) -> tuple[Response, int]:
        """Say that nothing is stored for an identity any more, and let the browser begin as another."""
        instrumentation.is_refused("erased")
        way_on = (
            "It is the one of your sign-on; ask whoever runs the lab."
            if settings.identity_header
            else "Load the page again to begin as another student."
        )
        response = jsonify(error=f"{problem} {way_on}")
        identity.take_away(response)
        return response, 403

    @server.errorhandler(LedgerUnavailable)
    def silent_ledger(problem: LedgerUnavailable) -> tuple[Response, int]:
        """Say that the database does not answer; the page keeps what was entered, and the log has the reason."""
        instrumentation.is_refused("ledger", problem.reason)
        return jsonify(error=str(problem)), 503

    @server.after_request
    def unknown_pages(response: Response) -> Response:
        """A path that leads nowhere is a page like any other, but its status says 404."""
        path = request.path
        is_page = request.method == "GET" and response.mimetype == "text/html" and response.status_code == 200
        is_page = is_page and response.headers.get("Content-Disposition") is None and not path.endswith(".html")
        if is_page and not lab.knows(path.removeprefix(prefix.rstrip("/"))):
            response.status_code = 404
        return response
