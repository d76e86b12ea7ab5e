"""A small HTTP server for one machine's monitoring: GET and HEAD, one request a connection.

Whatever comes in costs bounded memory and time: heads above a few kilobytes, requests that trickle in and
readers that do not read are turned away, and no error of the service. Where there are more connections than
a few, the oldest is dropped for the newest: who asks at once is answered at once, whoever else is slow.

Source: RFC 9112, as far as a server must know it that answers one request and closes.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from chromemctl import logs

#: The longest request line with all headers, in bytes.
MOST_HEAD_BYTES = 8192
#: Connections that are served at a time; for a further one the oldest is dropped.
MOST_CONNECTIONS = 64
#: Seconds in which a request must be here, and an answer be taken.
PATIENCE_SECONDS = 5.0

_BACKLOG = 128
_TARGET = re.compile(r"(?:https?://[^/?#]+(/[^?#]*)?|(/[^?#]*))(?:\?([^#]*))?", re.IGNORECASE).fullmatch
_VERSION = re.compile(r"HTTP/([0-9])\.[0-9]").fullmatch
# What HTTP calls a token: a method, or the name of a header.
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_METHOD, _HEADER = re.compile(_WORD).fullmatch, re.compile(f"({_WORD}):(.*)").fullmatch
_HOST = re.compile(r"(?:\[[\w.:~!$&'()*+,;=%-]+\]|[\w.~!$&'()*+,;=%-]*)(?::[0-9]*)?", re.ASCII).fullmatch
# What others may take for the end of a line, or of a text.
_STRAY = re.compile("[\r\n\0]").search
# Characters that mean the same escaped: letters, digits and - . _ ~
_NEEDLESSLY_ESCAPED = re.compile("%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE)
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
        self._open: dict[asyncio.StreamWriter, None] = {}  # oldest first
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
            oldest = next(iter(self._open))
            del self._open[oldest]
            oldest.transport.abort()
        self._open[writer] = None
        writer.transport.set_write_buffer_limits(0)  # so that an answer counts as taken once it is all sent
        try:
            # A client that goes away or is too slow is no error of ours.
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                await self._converse(reader, writer)
        finally:
            self._open.pop(writer, None)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_head = False
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            head = head.removeprefix(b"\r\n")  # left over from another request, as some clients do
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
        line, *headers = head.decode("utf-8", "surrogateescape").removesuffix("\r\n\r\n").split("\r\n")
        if _asks_in_another_version(line):
            return Response.of_text(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "only HTTP/1.1 is spoken here")
        target = _target(line, headers)
        if target is None:
            return Response.of_text(HTTPStatus.BAD_REQUEST, "this is no HTTP/1.1 request")
        method, path, given = line.partition(" ")[0], target[1] or target[2] or "/", target[3] or ""
        route = self._routes.get(_NEEDLESSLY_ESCAPED.sub(lambda found: chr(int(found[1], 16)), path))
        if route is None:
            known = "\n".join(self._routes)
            return Response.of_text(HTTPStatus.NOT_FOUND, f"there is nothing at this path, but at\n{known}")
        if method not in ("GET", "HEAD"):
            return Response.of_text(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD are answered")
        try:
            query = {name: values[-1] for name, values in _parsed(given).items()}
        except ValueError as error:
            return Response.of_text(HTTPStatus.BAD_REQUEST, f"the query cannot be understood: {error}")
        try:
            return route(query)
        except Exception as error:  # noqa: BLE001 - the next request is answered all the same
            logs.warning(f"a request for {path} could not be answered: {type(error).__name__}: {error}")
            return Response.of_text(HTTPStatus.INTERNAL_SERVER_ERROR, "this is a bug of chromemctl")


def _asks_in_another_version(line: str) -> bool:
    found = _VERSION(line.rpartition(" ")[2])
    return found is not None and found[1] != "1"


def _target(line: str, headers: Sequence[str]) -> re.Match[str] | None:
    """The target of a request, as path and query, if the request is one that HTTP/1.1 allows."""
    words = line.split(" ")
    fields = [_HEADER(header) for header in headers]
    if len(words) != 3 or not _METHOD(words[0]) or not _VERSION(words[2]):
        return None
    if None in fields or any(map(_STRAY, [line, *headers])):
        return None
    hosts = [found[2].strip(" \t") for found in fields if found is not None and found[1].lower() == "host"]
    if len(hosts) > 1 or (not hosts and words[2] != "HTTP/1.0") or not all(map(_HOST, hosts)):
        return None
    return _TARGET(words[1])


def _parsed(query: str) -> dict[str, list[str]]:
    """The fields of a query; bytes that are not UTF-8 through surrogateescape, as paths have them."""
    return parse_qs(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=10)


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
