"""One command, one machine: ``python -m dashboard`` or ``edgelab`` starts the lab on this computer."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence

import waitress

from dashboard.app import create_app
from dashboard.ledger.database import LedgerUnavailable
from dashboard.ledger.migrations import upgrade
from dashboard.settings import Settings, SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the lab, or bring its database up to date; return the exit status."""
    parser = argparse.ArgumentParser(prog="edgelab", description="An interactive lab on edge intelligence.")
    commands = parser.add_subparsers(dest="command")
    run = commands.add_parser("run", help="start the lab (what happens without a command)")
    for target in (parser, run):
        target.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        target.add_argument("--port", type=int, default=8050, help="port (default 8050)")
        target.add_argument("--tracks-dir", help="a folder of track files")
    database = commands.add_parser("db", help="the ledger's database")
    database.add_argument("action", choices=["upgrade"], help="bring its tables up to date")
    chosen = parser.parse_args(arguments)
    if getattr(chosen, "tracks_dir", None):
        os.environ["EDGELAB_TRACKS_DIR"] = chosen.tracks_dir
    try:
        settings = Settings.from_environment()
        upgrade(settings.database_url)
        return 0 if chosen.command == "db" else _serve(settings, chosen.host, chosen.port)
    except (SettingsError, LedgerUnavailable) as problem:
        print(f"edgelab: {problem}", file=sys.stderr)
        return 2


def _serve(settings: Settings, host: str, port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            print(f"edgelab: port {port} on {host} is taken; choose another with --port", file=sys.stderr)
            return 2
    app = create_app(settings)
    print(f"edgelab is open on http://{host}:{port}{settings.url_prefix}  (stop with Ctrl+C)", flush=True)
    waitress.serve(app.server, host=host, port=port, threads=8, ident="edgelab")
    return 0


if __name__ == "__main__":
    sys.exit(main())
