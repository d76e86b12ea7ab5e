"""The HTTP server, by what bytes it is sent: whatever they are, the next request is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chromemctl.watching import http
from chromemctl.watching.http import MOST_CONNECTIONS, MOST_HEAD_BYTES, Query, Response, Server

GOOD = b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"


def ok(query: Query) -> Response:
    return Response.of_text(HTTPStatus.OK, f"fine {query.get('store', '')}".strip())


def broken(_query: Query) -> Response:
    raise RuntimeError("a bug")


LARGE = 3_000_000
HUGE = 40_000_000  # more than the system's buffers take
ROUTES = {
    "/ok": ok,
    "/broken": broken,
    "/large": lambda _: Response(HTTPStatus.OK, b"x" * LARGE),
    "/huge": lambda _: Response(HTTPStatus.OK, bytes(HUGE)),
}


def served(talk: Callable[[int], Awaitable[None]]) -> None:
    """Start a server, talk to it by its port, and see that it answers afterwards."""

    async def run() -> None:
        server = Server(ROUTES)
        _, port = await server.start("127.0.0.1", 0)
        try:
            await talk(port)
            assert await ask(port, GOOD) == (200, b"fine\n")
        finally:
            await server.stop()

    asyncio.run(run())


async def ask(port: int, request: bytes, *, half: bool = False) -> tuple[int, bytes]:
    """Send a request; its status, 0 when the connection was closed without an answer, and the body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        if half:
            writer.write_eof()
        answer = await reader.read()
    except OSError:  # reset: the server had enough
        return 0, b""
    finally:
        writer.close()
    if not answer:
        return 0, b""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Connection: close" in head
    return int(head.split()[1]), body


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (GOOD, 200),
        (b"GET /ok HTTP/1.0\r\n\r\n", 200),
        (b"GET /ok?store=%2Fa%20b HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /ok/ HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 405),
        (b"DELETE /ok HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"GET /ok HTTP/2\r\n\r\n", 400),
        (b"GET  /ok HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET http://example.org/ok HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET HTTP://[::1]:80/ok?a=b HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET http://example.org HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET example.org:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b" /ok HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\xff /ok HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET ?a=b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET /ok HTTP/1.1\r\n\r\n", 400),  # which host?
        (b"GET /ok HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET /ok HTTP/1.0\r\nHost: a/b\r\n\r\n", 400),
        (b"GET /ok HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost: x:y\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost:\tmy_host.example:9090 \r\n\r\n", 200),
        (b"GET /ok HTTP/1.1\r\nHost: [::1]:9090\r\n\r\n", 200),
        (b"GET /ok HTTP/1.1\r\nHost:\r\n\r\n", 200),
        (b"GET /ok HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost: x\r\nA: b\0\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost: x\r\nA: \xff\r\n\r\n", 200),
        (b"GET /%6fk HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET %2Fok HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /ok%2F HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /ok HTTP/1.7\r\nHost: x\r\n\r\n", 200),
        (b"GET /ok HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"GET /ok HTTP/1.\xd9\xa1\r\nHost: x\r\n\r\n", 400),
        (b"GET /ok?" + b"&".join(b"a=b" for _ in range(50)) + b" HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /ok HTTP/1.1\r\nHost: x\r\nX: " + b"a" * MOST_HEAD_BYTES + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * 10 * MOST_HEAD_BYTES, 431),
        (b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n", 500),
    ],
)
def test_answers(request_bytes: bytes, status: int) -> None:
    async def talk(port: int) -> None:
        answered, _ = await ask(port, request_bytes)
        # A client that has more to say than is read may see the connection reset before it reads why.
        assert answered == status or (status == 431 and answered == 0)

    served(talk)


def test_head_has_no_body_and_a_query_is_decoded() -> None:
    async def talk(port: int) -> None:
        assert await ask(port, b"HEAD /ok HTTP/1.1\r\nHost: x\r\n\r\n") == (200, b"")
        assert await ask(port, b"\r\nHEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n") == (404, b"")
        assert await ask(port, b"GET /ok?store=%2Fa%20b HTTP/1.1\r\nHost: x\r\n\r\n") == (200, b"fine /a b\n")

    served(talk)


def test_a_large_answer_arrives_whole() -> None:
    async def talk(port: int) -> None:
        status, body = await ask(port, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (status, len(body)) == (200, LARGE)

    served(talk)


def test_a_request_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE_SECONDS", 0.1)

    async def talk(port: int) -> None:
        assert (await ask(port, b"GET /ok HTTP/1.1\r\nHost: x\r\nHo"))[0] == 408
        monkeypatch.setattr(http, "PATIENCE_SECONDS", 60.0)
        assert (await ask(port, b"GET /ok HTT", half=True))[0] == 0

    served(talk)


def test_a_reader_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE_SECONDS", 0.2)

    async def talk(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(b"GET /huge HTTP/1.1\r\nHost: x\r\n\r\n")
        for is_served in (True, False):  # until the server is at it, and then until it is at it no more
            while (len(asyncio.all_tasks()) > 1) is not is_served:
                await asyncio.sleep(0.01)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await reader.readexactly(HUGE)
        writer.close()

    served(talk)


def test_however_many_are_slow_who_asks_at_once_is_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE_SECONDS", 60.0)

    async def talk(port: int) -> None:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3 * MOST_CONNECTIONS)]
        for _, writer in slow:
            writer.write(b"GET")
        assert await ask(port, GOOD) == (200, b"fine\n")
        # The oldest were dropped; the newest may go on.
        assert await given_up(slow[0])
        _, writer = slow[-1]
        writer.write(GOOD[3:])
        assert (await slow[-1][0].read()).endswith(b"fine\n")
        for _, writer in slow:
            writer.close()

    async def given_up(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bool:
        try:
            return await connection[0].read() == b""
        except OSError:
            return True

    served(talk)


@settings(max_examples=60)
@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(lambda text: f"GET {text} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
)
def test_any_bytes_are_answered_or_dropped(data: bytes) -> None:
    async def talk(port: int) -> None:
        status, _ = await ask(port, data, half=True)
        assert status in {0, 200, 400, 404, 405, 500, 505}

    served(talk)
