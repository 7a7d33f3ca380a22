"""A client that is slow holds no thread: others are answered meanwhile, and it is told after its ten seconds."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.load.slow_clients import WAYS, slow_clients, small_server
from dashboard.hosting.arrival import READ_AHEAD, request_size

CLIENTS = 20  # more than the eight threads of two workers
LAST = b"Connection: close\r\n"
STILL_OPEN = "a request, and reads no answer"  # what a proxy is required for


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with small_server(tmp_path_factory.mktemp("small")) as port:
        yield port


def get(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def is_open(client: socket.socket) -> bool:
    """Whether the server has neither answered nor closed a connection."""
    client.setblocking(False)
    try:
        client.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize("way", [way for way in WAYS if way not in (STILL_OPEN, "a request, and never closes")])
def test_others_are_answered_while_slow_clients_are_connected(port: int, way: str) -> None:
    first, further = WAYS[way]
    with slow_clients(port, CLIENTS, first, further) as clients:
        assert [get(port) for _ in range(10)] == [200] * 10
        assert all(is_open(client) for client in clients), "they were still sending when the others were answered"


def test_a_client_that_never_closes_keeps_nobody_waiting(port: int) -> None:
    first, further = WAYS["a request, and never closes"]
    with slow_clients(port, CLIENTS, first, further) as clients:
        for client in clients:
            answer = http.client.HTTPResponse(client)
            answer.begin()
            assert answer.status == 200
        assert get(port) == 200


def all_of(client: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    client.settimeout(60)
    received = b""
    while more := client.recv(65_536):
        received += more
    return received


def test_ten_seconds_are_all_that_a_request_gets(port: int) -> None:
    ways = ["a byte of the body a second", "a byte of the headers a second", "a byte of a chunk a second", "nothing"]
    with ExitStack() as stack:
        opened = [stack.enter_context(slow_clients(port, 1, *WAYS[way])) for way in ways]
        body, headers, chunk, nothing = (all_of(client) for (client,) in opened)
    for answer in (body, headers):
        head, _, told = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert json.loads(told) == {"error": "The request did not arrive within 10 seconds; send it again."}
    assert not chunk.startswith(b"HTTP/1.1 200"), "read by a thread, whose reading was ended"
    assert nothing == b""


@pytest.mark.parametrize("size", [0, 5, READ_AHEAD - 200, 4 * READ_AHEAD])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_what_comes_in_pieces_is_read_as_it_was_sent(port: int, size: int, is_chunked: bool) -> None:
    """Twice on one connection, the second time behind the first without a pause, and larger than is read ahead."""
    framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % size
    body = (b"%x\r\n%b\r\n" % (size, b"y" * size) if size else b"") + b"0\r\n\r\n" if is_chunked else b"y" * size
    first, last = (b"POST / HTTP/1.1\r\nHost: lab\r\n%b%b\r\n\r\n%b" % (more, framing, body) for more in (b"", LAST))
    sent = first + last
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(sent), max(7, len(sent) // 5)):
            client.sendall(sent[start : start + max(7, len(sent) // 5)])
        received = all_of(client)
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.count(b"x" * size) == 2 if size else received.endswith(b"\r\n\r\n")


def test_what_ends_too_early_and_what_is_malformed_is_answered_at_once(port: int) -> None:
    for sent in (
        b"GET / HTTP/1.1\nHost: lab\n\n",
        b"POST / HTTP/1.1\r\nHost: lab\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: lab\r\nContent-Length: -1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.sendall(sent)
            assert all_of(client).startswith(b"HTTP/1.1 400 "), sent
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(WAYS["a byte of the body a second"][0])
        client.shutdown(socket.SHUT_WR)
        assert b"408" not in all_of(client), "nothing more comes, and nobody waits for it"


@given(st.integers(0, 3000), st.sampled_from(["Content-Length", "content-length", "CONTENT-LENGTH "]), st.data())
def test_the_size_is_known_with_the_end_of_the_headers(length: int, name: str, data: st.DataObject) -> None:
    head = f"POST /a?b HTTP/1.1\r\nHost: lab\r\n{name}: {length}\r\nCookie: a=b; c=d\r\n\r\n".encode()
    cut = data.draw(st.integers(0, len(head) - 1))
    assert request_size(head[:cut]) is None
    assert request_size(head) == len(head) + length
    assert request_size(head + b"z" * 10) == len(head) + length
