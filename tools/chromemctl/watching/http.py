"""A small HTTP server for one machine's monitoring: GET and HEAD, one request a connection.

Whatever comes in costs bounded memory and time: heads above a few kilobytes, requests that trickle in,
readers that do not read and more connections than a few are turned away, and no error of the service.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from chromemctl import logs

#: The longest request line with all headers, in bytes.
MOST_HEAD_BYTES = 8192
#: Connections that are served at a time; further ones are closed.
MOST_CONNECTIONS = 64
#: Seconds in which a request must be here, and an answer be taken.
PATIENCE_SECONDS = 5.0

_BACKLOG = 128
# What a client still sends is taken for so long, so that it gets to read its answer.
_LINGER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Response:
    """An answer.

    Attributes:
        status: The HTTP status.
        body: Its content, in
        content_type: this form.
    """

    status: HTTPStatus
    body: bytes
    content_type: str = "text/plain; charset=utf-8"

    @classmethod
    def of_text(cls, status: HTTPStatus, text: str) -> Response:
        """An answer in words."""
        return cls(status, f"{text}\n".encode("utf-8", "backslashreplace"))

    @classmethod
    def of_json(cls, status: HTTPStatus, content: Any) -> Response:
        """An answer as JSON."""
        return cls(status, json.dumps(content, indent=2).encode() + b"\n", "application/json")


Query = Mapping[str, str]
Route = Callable[[Query], Response]


class Server:
    """Serves what routes answer.

    Args:
        routes: What answers, by path.
    """

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self._routes = MappingProxyType(dict(routes))
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; port 0 is any that is free.

        Returns:
            The address and the port that were bound.

        Raises:
            OSError: That address cannot be had.
        """
        self._server = await asyncio.start_server(
            self._serve, host, port, limit=MOST_HEAD_BYTES, backlog=_BACKLOG
        )
        bound = self._server.sockets[0].getsockname()
        return str(bound[0]), int(bound[1])

    async def stop(self) -> None:
        """Listen no more, and drop whoever is connected."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self._open.add(writer)
        writer.transport.set_write_buffer_limits(0)  # so that an answer counts as taken once it is all sent
        try:
            # A client that goes away or is too slow is no error of ours.
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                await self._converse(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_head = False
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            is_head = head.startswith(b"HEAD ")
            response = self._answer(head)
        except asyncio.LimitOverrunError:
            response = Response.of_text(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"more than {MOST_HEAD_BYTES:,} bytes of headers"
            )
        except TimeoutError:
            response = Response.of_text(HTTPStatus.REQUEST_TIMEOUT, "the request did not come to its end")
        async with asyncio.timeout(PATIENCE_SECONDS):
            writer.write(_head(response) + (b"" if is_head else response.body))
            await writer.drain()
            writer.write_eof()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LINGER_SECONDS):
                    while await reader.read(MOST_HEAD_BYTES):
                        pass

    def _answer(self, head: bytes) -> Response:
        words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0") or not words[1].startswith("/"):
            return Response.of_text(HTTPStatus.BAD_REQUEST, "this is no HTTP/1.1 request")
        method, target, _ = words
        path, _, given = target.partition("?")
        route = self._routes.get(path)
        if route is None:
            known = "\n".join(self._routes)
            return Response.of_text(HTTPStatus.NOT_FOUND, f"there is nothing at this path, but at\n{known}")
        if method not in ("GET", "HEAD"):
            return Response.of_text(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD are answered")
        try:
            query = {name: values[-1] for name, values in parse_qs(given, max_num_fields=10).items()}
        except ValueError as error:
            return Response.of_text(HTTPStatus.BAD_REQUEST, f"the query cannot be understood: {error}")
        try:
            return route(query)
        except Exception as error:  # noqa: BLE001 - the next request is answered all the same
            logs.warning(f"a request for {path} could not be answered: {type(error).__name__}: {error}")
            return Response.of_text(HTTPStatus.INTERNAL_SERVER_ERROR, "this is a bug of chromemctl")


def _head(response: Response) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status.value} {response.status.phrase}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        *(["Allow: GET, HEAD"] if response.status is HTTPStatus.METHOD_NOT_ALLOWED else []),
        "Connection: close",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
