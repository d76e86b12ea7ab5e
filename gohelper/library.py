"""The C library, loaded into this process. Only a worker does that; everyone else talks to one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cffi

from gohelper.errors import GoForked

CDEF = """
int32_t GobCall(void* operation, size_t operationSize, void* payload, size_t payloadSize,
                void** result, size_t* resultSize);
void GobFree(void* result);
"""
"""The whole C interface; README.md describes it."""


class Library:
    """The loaded library, for the process that loaded it.

    Go's runtime has threads of its own, which a forked child does not have: a call there would hang. So a
    child is refused. There is no unloading either: Go does not support it.
    """

    def __init__(self, path: Path) -> None:
        self._ffi = cffi.FFI()
        self._ffi.cdef(CDEF)
        self._functions: Any = self._ffi.dlopen(str(path))
        self._pid = os.getpid()

    def call(self, operation: bytes, payload: bytes) -> tuple[int, bytes]:
        """Run an operation.

        Args:
            operation: Its name.
            payload: Its request, JSON.

        Returns:
            Status and answer, as README.md has them.

        Raises:
            GoForked: This process is a fork of the one that loaded the library.
        """
        if os.getpid() != self._pid:
            raise GoForked(
                "the Go library was loaded before this process was forked, and cannot be used here"
            )
        ffi, functions = self._ffi, self._functions
        result, size = ffi.new("void **"), ffi.new("size_t *")
        with ffi.from_buffer(operation) as name, ffi.from_buffer(payload) as request:
            status = functions.GobCall(name, len(operation), request, len(payload), result, size)
        try:
            return int(status), bytes(ffi.buffer(result[0], size[0]))
        finally:
            functions.GobFree(result[0])
