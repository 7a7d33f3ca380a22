"""A machine in a folder, on which the commands of docs/hosting/department.md are run as they stand on the page.

PostgreSQL, nginx, OpenSSL, pip and the lab are the real ones. Four commands change the machine as a whole and are
played: ``apt-get`` does nothing, ``adduser`` makes the home folder, ``runuser`` stays the user of the tests, and
``systemctl`` asks this process, which starts the programs by the lines of the page's own units. systemd itself cannot
run here: a unit is checked by ``systemd-analyze`` in the tests, and its sandbox was not tried by them.
"""

from __future__ import annotations

import configparser
import os
import re
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests import system_programs
from tests.browser.conftest import free_port
from tests.dashboard.ledger.conftest import Cluster

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "hosting" / "department.md"
_BLOCK = re.compile(r"^(?:## (?P<heading>[^\n]+)|```sh\n(?P<commands>.*?)^```)$", re.MULTILINE | re.DOTALL)
_ASSIGNMENT = re.compile(r"^([A-Z]+)=", re.MULTILINE)

STAND_INS = {
    "apt-get": "#!/bin/sh\n",
    "adduser": '#!/bin/sh\nwhile [ "$1" != --home ]; do shift; done\nmkdir -p "$2"\n',
    "runuser": '#!/bin/sh\n[ "$2" = postgres ] && export PGUSER=postgres\nshift 3\nexec "$@"\n',
    "systemctl": f"""#!{sys.executable} -S
import os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect(os.environ["SYSTEMD"])
    asked.sendall("\\0".join(sys.argv[1:]).encode() + b"\\n")
    said = asked.makefile().read()
sys.exit(f"systemctl: {{said}}" if said else 0)
""",
}
NGINX_CONF = """
{user}
worker_processes 1;
pid {run}/nginx.pid;
error_log {run}/nginx.log warn;
events {{ worker_connections 256; }}
http {{
    log_format kept '$request_uri $upstream_cache_status';
    access_log {run}/access.log kept;
    client_body_temp_path {run}/body;
    proxy_temp_path {run}/proxy;
    fastcgi_temp_path {run}/fastcgi;
    uwsgi_temp_path {run}/uwsgi;
    scgi_temp_path {run}/scgi;
    include {sites}/*;
}}
"""


def blocks(page: Path = PAGE) -> list[tuple[str, str]]:
    """Return every block of commands on a page with the heading it stands under."""
    heading, found = "", []
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if match["heading"]:
            heading = match["heading"]
        else:
            found.append((heading, match["commands"]))
    return found


def is_names(commands: str) -> bool:
    """Whether a block only gives names to what other blocks use."""
    return all(_ASSIGNMENT.match(line) for line in commands.splitlines())


def named(commands: str, names: Mapping[str, str]) -> str:
    """Return a block of names with what some of them are on the machine of a test."""
    mine = {name: value for name, value in names.items() if name in _ASSIGNMENT.findall(commands)}
    return commands + "".join(f"{name}={shlex.quote(value)}\n" for name, value in mine.items())


class Machine:
    """A folder with everything the page makes, what runs on it, and the names that differ from the page's."""

    def __init__(self, version: str, cluster: Cluster | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="edgelab-host-"))  # a short path, as sockets need
        self.has_own_cluster = cluster is None
        self.cluster = cluster or Cluster("fsync=off", superuser="postgres")
        self.http, self.https, self.port = free_port(), free_port(), free_port()
        self.names = {
            "VERSION": version,
            "PORT": str(self.port),
            "ADDRESS": "127.0.0.1",
            "HTTP": str(self.http),
            "HTTPS": str(self.https),
            "SOCKET": str(self.cluster.folder),
        }
        for name in ("RELEASES", "STATE", "CONFIG", "COMMANDS", "UNITS", "NGINX", "TLS", "PAGES"):
            self.names[name] = str(self.folder / name.lower())
        self.told = ""  # the blocks of names so far
        self.log = self.folder / "lab.log"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.asked: list[list[str]] = []
        self._stand_in()

    def __getitem__(self, name: str) -> Path:
        """Return a folder by its name on the page."""
        return Path(self.names[name])

    def _stand_in(self) -> None:
        self.bin, self.run_folder, self.work = (self.folder / name for name in ("bin", "run", "work"))
        sites = self["NGINX"] / "sites-enabled"
        for folder in (self.bin, self.run_folder, self.work, self["COMMANDS"], self["UNITS"], sites):
            folder.mkdir(parents=True)
        (self["NGINX"] / "sites-available").mkdir()
        for name, text in STAND_INS.items():
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)
        user = "user root;" if os.geteuid() == 0 else ""
        conf = NGINX_CONF.format(user=user, run=self.run_folder, sites=sites)
        (self["NGINX"] / "nginx.conf").write_text(conf)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.run_folder / "systemd"))
        self._listener.listen()
        threading.Thread(target=self._answer, daemon=True).start()

    @property
    def environ(self) -> dict[str, str]:
        """What a shell of root has: no setting of the lab."""
        path = [self.bin, self["COMMANDS"], self.cluster.programs, Path(sys.executable).parent]
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "PATH": os.pathsep.join([*map(str, path), os.environ["PATH"], "/usr/sbin", "/sbin"]),
            "SYSTEMD": str(self.run_folder / "systemd"),
            "PGHOST": str(self.cluster.folder),
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **self._quick(),
        }

    @staticmethod
    def _quick() -> dict[str, str]:
        """The folder of results that a run of the tests shares; numpy computes what is not there."""
        return {"EDGELAB_CACHE_DIR": os.environ["EDGELAB_CACHE_DIR"], "NUMBA_DISABLE_JIT": "1"}

    # --- the page's commands ----------------------------------------------------------------------------------------

    def run(self, commands: str, *, names: Mapping[str, str] | None = None) -> str:
        """Run a block and return what it says; a block of names is kept for those that follow."""
        if is_names(commands):
            self.told += named(commands, {**self.names, **(names or {})})
            commands = ""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.told + commands],
            cwd=self.work,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout[-3000:]}{done.stderr[-3000:]}{self.logs()}"
        if "python3 -m venv" in commands:
            self._give_dependencies()
        return done.stdout

    def _give_dependencies(self) -> None:
        """Let new environments find what is installed in this one, all but the lab, so that pip fetches nothing."""
        shared = self.folder / "dependencies"
        if not shared.exists():
            shared.mkdir()
            for entry in Path(sysconfig.get_path("purelib")).iterdir():
                if not re.match(r"(__editable__|edgelab|pip\b|pip-|_virtualenv|distutils-precedence)", entry.name):
                    (shared / entry.name).symlink_to(entry)
        for site in self["RELEASES"].glob("*/lib/python*/site-packages"):
            for old in [
                *site.glob("setuptools*"),
                site / "_distutils_hack",
            ]:  # that of Python 3.11's venv is not pinned
                shutil.rmtree(old, ignore_errors=True)
            (site / "distutils-precedence.pth").unlink(missing_ok=True)
            (site / "dependencies.pth").write_text(f"{shared}\n")

    def logs(self) -> str:
        """Return the ends of the logs, for a failure."""
        found = [self.log, self.run_folder / "nginx.log"]
        return "".join(f"\n{path.name}:\n{path.read_text()[-3000:]}" for path in found if path.exists())

    # --- what systemd does ------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        while True:
            try:
                asking, _ = self._listener.accept()
            except OSError:  # closed
                return
            with suppress(OSError), asking, asking.makefile("rw") as line:  # one that has gone is told nothing
                words = line.readline().rstrip("\n").split("\0")
                self.asked.append(words)
                try:
                    said = self._do(*words) or ""
                except Exception as problem:  # it is the command's to fail
                    said = repr(problem)
                line.write(said)

    def _do(self, action: str, *words: str) -> str | None:
        names = [word for word in words if not word.startswith("-")]
        if action == "enable":
            action = "start" if "--now" in words else "note"
        for name in names:
            if action in ("stop", "restart"):
                self.stop(name)
            if action in ("start", "restart", "reload-or-restart") and not name.endswith(".timer"):
                problem = self._start_nginx() if name == "nginx" else self._start(name)
                if problem:
                    return problem
        return None

    def unit(self, name: str) -> configparser.ConfigParser:
        """Return a unit of the page."""
        unit = configparser.ConfigParser(interpolation=None, delimiters=("=",))
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(self["UNITS"] / (name if "." in name else f"{name}.service"))
        return unit

    def _start(self, name: str) -> str | None:
        service = self.unit(name)["Service"]
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"  # systemd's own
        stand_ins = f"{self.bin}:{self['COMMANDS']}:{self.cluster.programs}"
        environ = {"PATH": f"{stand_ins}:{path}", **self._quick()}
        if "EnvironmentFile" in service:
            lines = Path(service["EnvironmentFile"]).read_text().splitlines()
            environ |= dict(shlex.split(line)[0].split("=", 1) for line in lines)
        command = shlex.split(service["ExecStart"])
        with self.log.open("ab") as log:
            if service["Type"] == "oneshot":
                done = subprocess.run(command, env=environ, stdout=log, stderr=log, check=False)
                return f"{name} failed" if done.returncode else None
            if service["Type"] == "exec":
                self.running[name] = subprocess.Popen(
                    command, env=environ, cwd=service["WorkingDirectory"], stdout=log, stderr=log
                )
                return None
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
                address = self.run_folder / f"notify-{name}-{time.monotonic_ns()}"
                ready.bind(str(address))
                environ["NOTIFY_SOCKET"] = str(address)
                process = subprocess.Popen(
                    command, env=environ, cwd=service["WorkingDirectory"], stdout=log, stderr=log
                )
                self.running[name] = process
                while process.poll() is None:
                    if select.select([ready], [], [], 0.1)[0] and b"READY=1" in ready.recv(4096):
                        return None
        return f"{name} ended with {process.returncode}"

    def _start_nginx(self) -> str | None:
        if "nginx" in self.running:
            self.running["nginx"].send_signal(signal.SIGHUP)
            return None
        command = [str(system_programs.nginx()), "-p", str(self.run_folder), "-c", str(self["NGINX"] / "nginx.conf")]
        log = self.run_folder / "nginx.log"
        with log.open("ab") as output:
            process = subprocess.Popen([*command, "-e", str(log), "-g", "daemon off;"], stdout=output, stderr=output)
        self.running["nginx"] = process
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.https)).close()
            except OSError:
                time.sleep(0.02)
            else:
                return None
        return f"nginx ended with {process.returncode}"

    def kept_by_nginx(self, address: str, number: int) -> list[str]:
        """Return what nginx's cache was for each request of an address, once it has logged so many."""
        log, found = self.run_folder / "access.log", []
        while len(found) < number:
            time.sleep(0.02)
            lines = [line.split(" ") for line in log.read_text().splitlines()]
            found = [status for asked, status in lines if asked == address]
        return found

    def stop(self, name: str) -> None:
        """End a service as systemd does, and wait for its end."""
        process = self.running.pop(name, None)
        if process is not None:
            process.terminate()
            try:
                process.wait(40)
            finally:
                process.kill()

    def remove(self) -> None:
        """Stop everything and delete the folder."""
        self._listener.close()
        for name in [*self.running]:
            self.stop(name)
        if self.has_own_cluster:
            self.cluster.remove()
        shutil.rmtree(self.folder)
