"""A browser's connections to a served lab: by TLS where there is a certificate, with the page's origin and cookies."""

from __future__ import annotations

import http.client
import json as json_module
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any


class Reply:
    """What Flask's test client offers, of a real answer."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.body = self.data = response.read()

    def get_data(self, *, as_text: bool = True) -> str:
        return self.body.decode()

    def get_json(self) -> Any:
        return json_module.loads(self.body)


class Browser:
    """One browser, which opens the lab by its name; where that leads to is this machine."""

    def __init__(self, name: str, port: int, *, certificate: Path | None, prefix: str = "") -> None:
        self.name, self.port, self.prefix = name, port, prefix
        self.tls = ssl.create_default_context(cafile=str(certificate)) if certificate else None
        self.cookies: dict[str, str] = {}
        self.last_set = ""

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def request(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Reply:
        """Send one request on a connection of its own, and keep the cookies that come back."""
        sent = {"Host": self.name, "Connection": "close", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        raw = self.connect()
        with closing(http.client.HTTPConnection(self.name)) as connection:
            connection.sock = self.tls.wrap_socket(raw, server_hostname=self.name) if self.tls else raw
            connection.request(method, path, body, sent)
            reply = Reply(connection.getresponse())
        for line in reply.headers.get_all("Set-Cookie", []):
            self.last_set = line
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return reply

    def get(self, path: str, headers: Mapping[str, str] = {}) -> Reply:
        return self.request("GET", self.prefix + path, None, headers)

    def post(self, path: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Reply:
        origin = f"{'https' if self.tls else 'http'}://{self.name}"
        more = {"Content-Type": "application/json", "Origin": origin, **(headers or {})}
        return self.request("POST", self.prefix + path, json_module.dumps(json).encode(), more)
