"""Real Go as the other side: its loops run inside gohelper, and whole processes open stores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Contender, Timing, process
from gohelper import Go
from gohelper.build import build_command
from gohelper.values import bytes_to_json

# chromem's Document, as docs/description.md writes types.
DOCUMENT = {
    "kind": "struct",
    "fields": [
        ["ID", "string"],
        ["Metadata", {"kind": "map", "key": "string", "elem": "string"}],
        ["Embedding", {"kind": "slice", "elem": "float32"}],
        ["Content", "string"],
    ],
}


def decodes(go: Go, streams: Sequence[bytes], times: int, described: Any = DOCUMENT) -> Contender:
    """Go decoding streams of a type in turns, each time with a new Decoder, as it must for every file."""
    return _loop(go, streams, times, described, "decode")


def encodes(go: Go, streams: Sequence[bytes], times: int, described: Any = DOCUMENT) -> Contender:
    """Go encoding what streams of a type hold in turns, each time with a new Encoder."""
    return _loop(go, streams, times, described, "encode")


def _loop(go: Go, streams: Sequence[bytes], times: int, described: Any, what: str) -> Contender:
    first, *others = map(bytes_to_json, streams)
    request = {"stream": first, "others": others, "type": described, "times": times}

    def run() -> Timing:
        answer = go.call("codec.bench", request)
        return Timing(answer[f"{what}_ns"] / times / 1e9, answer[f"{what}_cpu_ns"] / times / 1e9)

    return run


def opens(store: Path, *, compress: bool) -> Contender:
    """A process that opens a store with real chromem's NewPersistentDB and ends."""
    request = {"operation": "chromem.open", "request": {"path": str(store.absolute()), "compress": compress}}
    return process([str(build_command())], stdin=json.dumps(request).encode())
