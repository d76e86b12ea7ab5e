"""Who reads the files of a large store."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import NoReturn

import pytest

from chromemctl.survey import readers
from chromemctl.survey.forks import Forks

MANY = readers.WORTH_STARTING


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def no_room() -> NoReturn:
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def test_few_files_are_read_by_this_process() -> None:
    with readers.readers(MANY - 1) as pool:
        assert pool is None


def test_one_processor_reads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    with readers.readers(MANY) as pool:
        assert pool is None


def test_many_files_are_read_by_forks() -> None:
    with readers.readers(MANY) as pool:
        assert isinstance(pool, Forks)
        assert pool.submit(abs, -1).result() == 1


def test_beside_other_threads_no_process_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    with readers.readers(MANY) as pool:
        assert isinstance(pool, ProcessPoolExecutor)


def test_without_room_for_processes_this_one_reads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", no_room)
    with readers.readers(MANY) as pool:
        assert pool is None


def test_without_a_place_for_what_processes_share_this_one_reads_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_only(*_: object) -> NoReturn:  # as /dev/shm in many containers
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(threading, "active_count", lambda: 2)
    monkeypatch.setattr("_multiprocessing.SemLock", read_only)
    with readers.readers(MANY) as pool:
        assert pool is None
